import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildApp } from '../../infra/app.ts';
import type { Bundles } from '../../infra/bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly that this run's tests share: `manifest.json`, `Bongsu.template.json`, assets. */
    assembly: string;
    /** What the functions' code weighs. */
    bundles: Bundles;
  }
}

/** One synth for the whole run, with AWS's rules checked: a finding stops the run with its report. */
export default async function setup(project: TestProject): Promise<() => void> {
  const assembly = mkdtempSync(join(tmpdir(), 'bongsu-assembly-'));
  const remove = () => rmSync(assembly, { recursive: true, force: true });
  try {
    const { app, bundles } = await buildApp({
      outdir: assembly,
      check: true,
      context: { mailFrom: 'bongsu@local.example' },
    });
    app.synth();
    project.provide('assembly', assembly);
    project.provide('bundles', bundles);
  } catch (error) {
    remove();
    throw error;
  }
  return remove;
}
