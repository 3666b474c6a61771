import { defineConfig } from 'vitest/config';
import { lean } from './lean/plugin.ts';

/** What a bundler may bring later is inside the one file too. */
const whole = {
  name: 'whole',
  enforce: 'pre' as const,
  transform(code: string) {
    let found = '';
    const inside = code.replaceAll(/\bimport\('(\.\/([a-z]+))'\)/g, (_, path: string, name: string) => {
      found += `import * as ${name}Module from '${path}';\n`;
      return `Promise.resolve(${name}Module)`;
    });
    return found ? { code: found + inside, map: null } : undefined;
  },
};

// One file with everything inside: a page imports it by its address, without a bundler.
export default defineConfig({
  plugins: [whole, lean()],
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
