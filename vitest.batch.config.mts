import { defineConfig } from 'vitest/config';

/** The batch worker against local cloud servers: `npm run verify -- batch`, which installs what it needs. */
export default defineConfig({
  test: {
    include: ['test/batch/**/*.batch.ts'],
    // one server and some workers keep two cores busy
    fileParallelism: false,
    testTimeout: 900_000,
    hookTimeout: 900_000,
    reporters: ['verbose'],
  },
});
