import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // the default leaves one core free, which on two cores is half
    maxWorkers: '100%',
    include: ['test/**/*.test.ts'],
    // a synth takes 4 s on a free machine; the limit only ends what hangs, whatever else the machine does
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
