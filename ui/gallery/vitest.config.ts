import { defineConfig } from 'vitest/config';

// What needs a window: slower than the tests of the page, and with no DOM of its own.
export default defineConfig({
  test: { environment: 'node', include: ['gallery/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 120_000, fileParallelism: false },
});
