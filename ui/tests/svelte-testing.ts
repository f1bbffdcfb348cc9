import type { Plugin } from 'vite';

/** Under vitest, `svelte` resolves to its browser build; its server build can't mount anything. */
export function svelteTesting(): Plugin {
  return {
    name: 'svelte-testing',
    config: () => (process.env['VITEST'] ? { resolve: { conditions: ['browser'] } } : {}),
  };
}
