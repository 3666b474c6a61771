import { defineConfig } from 'vitest/config';

const NOTHING = '\0webtransport';

// One file with everything inside: a page imports it by its address, without a bundler.
export default defineConfig({
  plugins: [
    {
      // socket.io-client brings a third transport that is never asked for.
      name: 'without-webtransport',
      enforce: 'pre',
      resolveId: (id, importer) => (id.endsWith('/webtransport.js') && importer?.includes('engine.io-client') ? NOTHING : undefined),
      load: (id) => (id === NOTHING ? 'export class WT {}' : undefined),
    },
  ],
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    modulePreload: false,
    // Not `lib`: that keeps white space.
    rollupOptions: {
      input: 'src/index.ts',
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: 'madang.js' },
    },
  },
  test: { include: ['test/**/*.test.ts'] },
});
