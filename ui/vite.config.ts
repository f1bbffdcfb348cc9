import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fonts } from './fonts.ts';
import { svelteTesting } from './tests/svelte-testing.ts';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [fonts(), svelte(), svelteTesting()],
  build: {
    target: 'safari16',
    // The page's policy allows nothing but files of its own: no data: pictures, no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
  },
  test: { environment: 'jsdom', include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
});
