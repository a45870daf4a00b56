import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,relay,web}/{src,test,bench}/**/*.test.ts'],
    // Real recognition and synthesis share the cores with the other test files.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
