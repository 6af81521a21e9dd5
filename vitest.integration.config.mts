import { defineConfig } from 'vitest/config';

/** Tests on the real gateway: `npm run verify -- gateway`, which installs what they need. */
export default defineConfig({
  test: {
    // scripts/bench-gateway.mjs sets it
    include: [
      `test/integration/**/*.${process.env.GATEWAY_BENCH === undefined ? 'integration' : 'bench'}.ts`,
    ],
    globalSetup: ['test/integration/database-template.ts'],
    // a start takes a core for a quarter of a minute, the rest is mostly waiting
    maxWorkers: 4,
    testTimeout: 120_000,
    hookTimeout: 540_000,
    reporters: ['verbose'],
  },
});
