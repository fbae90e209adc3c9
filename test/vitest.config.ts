import { defineConfig } from 'vitest/config';

/** Tests that look at the synthesized stack or run it; only they wait for one synth, shared by all of them. */
const onTheStack = ['test/infra/**/*.test.ts', 'test/journeys/**/*.test.ts'];

export default defineConfig({
  // Not inside node_modules, which an install may replace while tests run
  cacheDir: '.vitest/cache',
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Journeys wait more than they work: three at a time fill two cores, where the default would leave one idle
    maxWorkers: 3,
    restoreMocks: true,
    unstubEnvs: true,
    projects: [
      // Files share their worker: a fifth of the time went into loading the same modules for each. What a test replaces it
      // puts back, and nothing here keeps state in a module
      {
        extends: true,
        test: { name: 'code', include: ['test/**/*.test.ts'], exclude: onTheStack, isolate: false },
      },
      { extends: true, test: { name: 'stack', include: onTheStack, globalSetup: ['test/support/global-setup.ts'] } },
    ],
  },
});
