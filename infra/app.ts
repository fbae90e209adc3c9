import { resolve } from 'node:path';
import { App, DefaultStackSynthesizer, Validations } from 'aws-cdk-lib';
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Bundles, bundleFunctions } from './bundle.ts';
import { readSettings } from './settings.ts';
import { BongsuStack } from './stack.ts';

export interface BuildOptions {
  /** Where the cloud assembly goes; the bundles lie in its `bundles` folder. */
  readonly outdir: string;
  /** Settings by name, as `-c name=value` would give them. Default: none but those of the command line. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Check the stack against AWS's rules while synthesizing, and fail on a finding. Default: no. */
  readonly check?: boolean;
}

/** The whole app, bundled and constructed; `app.synth()` then writes the cloud assembly. Throws when a function does not build. */
export async function buildApp(options: BuildOptions): Promise<{ app: App; stack: BongsuStack; bundles: Bundles }> {
  const bundles = await bundleFunctions(resolve(options.outdir, 'bundles'));
  const app = new App({
    outdir: options.outdir,
    analyticsReporting: false,
    // In code and not in cdk.json, so that a test or the local cloud builds the very stack that is deployed.
    context: { ...CURRENTLY_RECOMMENDED_FLAGS, ...options.context },
  });
  if (options.check) Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const settings = readSettings(app.node);
  const stack = new BongsuStack(app, settings.stackName, {
    settings,
    bundles,
    // Without the bootstrap rule the template has no parameters, conditions or rules: what it says is what there is.
    synthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  return { app, stack, bundles };
}

if (import.meta.main) {
  const { app } = await buildApp({ outdir: process.env.CDK_OUTDIR ?? 'cdk.out', check: true });
  app.synth();
}
