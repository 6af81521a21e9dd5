import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // aws-cdk-lib takes seconds to load, and CI machines have two cores
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
