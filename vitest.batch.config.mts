import { defineConfig } from 'vitest/config';

/** The batch worker against local cloud servers: `npm run verify -- batch`, which installs what it needs. */
export default defineConfig({
  test: {
    include: ['test/batch/**/*.batch.ts'],
    // the jobs under kills keep a core busy, the others mostly wait
    maxWorkers: 2,
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: ['verbose'],
  },
});
