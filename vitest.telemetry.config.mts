import { defineConfig } from 'vitest/config';

/** Tests on the real Telegraf: `npm run verify -- telegraf`, which builds it. */
export default defineConfig({
  test: {
    include: ['test/telemetry/**/*.telemetry.ts'],
    testTimeout: 420_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
});
