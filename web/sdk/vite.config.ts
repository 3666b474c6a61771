import { defineConfig } from 'vitest/config';
import { lean } from './lean/plugin.ts';

// One file with everything inside: a page imports it by its address, without a bundler.
export default defineConfig({
  plugins: [lean()],
  build: {
    target: 'es2022',
    reportCompressedSize: false,
    modulePreload: false,
    // Not `lib`: that keeps white space.
    rollupOptions: {
      input: { madang: 'src/index.ts', sealer: 'src/sealer/worker.ts' },
      preserveEntrySignatures: 'strict',
      output: { format: 'es', entryFileNames: '[name].js' },
    },
  },
  test: { include: ['test/**/*.test.ts'] },
});
