import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** The policy under which the server gives the pages out: no inline script, no other origin. */
export const policy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; " +
  "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Serves built pages as the real server does, with its policy; `about` is what `/api/about` answers. */
export async function serve(
  folder: string,
  about: object,
): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    response.setHeader('content-security-policy', policy);
    if (path === '/api/about') {
      response.setHeader('content-type', 'application/json');
      // A scene may ask for a server that wants invitations.
      const closed = request.headers.referer?.includes('closed');
      response.end(JSON.stringify(closed ? { ...about, open: false } : about));
      return;
    }
    const file = extname(path) === '' || path.startsWith('/r/') ? '/index.html' : path;
    try {
      const body = await readFile(join(folder, file));
      response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream');
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
