import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { lean } from '../sdk/lean/plugin.ts';

const fake = fileURLToPath(new URL('./src/fake/client.ts', import.meta.url));

// Mode `fake` puts an acted room in the place of the client: for looking at every screen without a
// server. It is never part of the pages that are shipped.
export default defineConfig(({ mode }) => ({
  plugins: [svelte(), lean()],
  resolve: {
    // The client straight from its source, so that one change is one build.
    conditions: ['source', ...defaultClientConditions],
    alias: mode === 'fake' || mode === 'test' ? [{ find: '@madang/client', replacement: fake }] : [],
  },
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    // No data: addresses in the style sheets: the page's policy lets pictures come as files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What all parts of the page of comparisons share is one file: each has a place in the list that every page loads.
        codeSplitting: { groups: [{ name: 'figures', test: /compare\/(kinds|figures|confidence|tally|lanes\/lane)\.ts/ }] },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
  },
}));
