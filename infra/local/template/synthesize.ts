import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import * as z from 'zod';
import type { Template } from './template.ts';

/** Settings by name, as `cdk deploy -c name=value` gives them. */
export type Context = Readonly<Record<string, unknown>>;

/** Builds the CDK app, bundles of all functions included, into a folder. */
export type BuildApp = (options: { outdir: string; context?: Context }) => Promise<{ app: App }>;

/** What synthesis left on disk: the template and, by object key, the folders of the functions' code. */
export type Assembly = { stackName: string; template: Template; codeFolders: Map<string, string> };

const manifestShape = z.object({
  artifacts: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      properties: z.looseObject({ templateFile: z.string().optional(), stackName: z.string().optional() }).optional(),
    }),
  ),
});
const assetsShape = z.object({
  files: z.record(
    z.string(),
    z.object({ source: z.object({ path: z.string().optional(), packaging: z.string().optional() }) }),
  ),
});
const templateShape = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).optional(),
});

/** Synthesizes in this process. @returns the folder it wrote, for `readAssembly` */
export async function synthesize(buildApp: BuildApp, outdir: string, context: Context = {}): Promise<string> {
  const { app } = await buildApp({ outdir, context });
  return app.synth().directory;
}

/** Reads a synthesized folder that holds exactly one stack. */
export function readAssembly(outdir: string): Assembly {
  const { artifacts } = manifestShape.parse(readJson(join(outdir, 'manifest.json')));
  const stacks = Object.entries(artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [id, stack] = stacks[0] ?? [];
  if (stacks.length !== 1 || id === undefined || !stack?.properties?.templateFile) {
    throw new Error(`${outdir} holds ${stacks.length} stacks; the local cloud runs exactly one`);
  }
  const assets = assetsShape.parse(readJson(join(outdir, `${id}.assets.json`)));
  const folders = Object.entries(assets.files).filter(([, { source }]) => source.packaging === 'zip');
  return {
    stackName: stack.properties.stackName ?? id,
    template: templateShape.parse(readJson(join(outdir, stack.properties.templateFile))) as Template,
    codeFolders: new Map(folders.map(([hash, { source }]) => [`${hash}.zip`, join(outdir, source.path ?? '')])),
  };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
