import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const NOTHING = '\0webtransport';
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** socket.io-client without what a room never uses: binary messages, a third transport, an older browser's URL. */
export function lean(): Plugin {
  return {
    name: 'lean',
    enforce: 'pre',
    resolveId(id, importer = '') {
      if (!/engine\.io-client|socket\.io-client/.test(importer)) return undefined;
      if (id === 'socket.io-parser') return here('packets.ts');
      if (id === 'engine.io-parser') return here('frames.ts');
      if (id.endsWith('/parseuri.js')) return here('address.ts');
      return id.endsWith('/webtransport.js') ? NOTHING : undefined;
    },
    load: (id) => (id === NOTHING ? 'export class WT {}' : undefined),
  };
}
