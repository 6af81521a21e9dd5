import { defineConfig } from 'vitest/config';

/** Tests of the import on a local S3: `npm run verify -- import`, which installs what they need. */
export default defineConfig({
  test: {
    include: ['test/import/**/*.moto.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
  },
});
