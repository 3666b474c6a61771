import { defineConfig } from 'vitest/config';

// One file with everything inside: a page imports it by its address, without a bundler.
export default defineConfig({
  build: {
    target: 'es2022',
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'madang.js' },
    minify: true,
    reportCompressedSize: false,
  },
  test: { include: ['test/**/*.test.ts'] },
});
