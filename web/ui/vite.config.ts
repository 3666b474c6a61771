import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  plugins: [svelte()],
  // The client straight from its source, so that one change is one build.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'es2022', reportCompressedSize: false },
});
