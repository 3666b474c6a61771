import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

// 30 KB were for people who send directly to each other; going through the server is 6 KB more.
it('the client with everything inside is one file of at most 36 KB, compressed', () => {
  const out = mkdtempSync(join(tmpdir(), 'madang-size-'));
  try {
    const cwd = new URL('..', import.meta.url).pathname;
    const vite = new URL('../../node_modules/vite/bin/vite.js', import.meta.url).pathname;
    execFileSync(process.execPath, [vite, 'build', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'], {
      cwd,
      env: { ...process.env, NODE_ENV: 'production' },
    });
    expect(readdirSync(out)).toEqual(['madang.js', 'sealer.js']);
    const size = gzipSync(readFileSync(join(out, 'madang.js')), { level: 9 }).length;
    expect(size).toBeLessThanOrEqual(36_000);
    // A worker is started by its address: it has nothing to import or export.
    expect(readFileSync(join(out, 'sealer.js'), 'utf8')).not.toMatch(/\b(import|export)\b/);
  } finally {
    rmSync(out, { recursive: true });
  }
});
