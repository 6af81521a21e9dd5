import { defineConfig } from 'vitest/config';

/** Tests that put something else in the place of a module, which only a process of their own keeps to themselves. */
const withOtherModules = ['test/bin/init.test.ts', 'test/cost/price-unit.test.ts'];

export default defineConfig({
  test: {
    // the default leaves one core free, which on two cores is half
    maxWorkers: '100%',
    // a synth takes 4 s on a free machine; the limit only ends what hangs, whatever else the machine does
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['test/**/*.test.ts'],
          exclude: withOtherModules,
          // loading the AWS CDK takes a second, once for each worker and not for each file
          isolate: false,
        },
      },
      { extends: true, test: { name: 'other modules', include: withOtherModules } },
    ],
  },
});
