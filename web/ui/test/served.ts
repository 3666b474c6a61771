import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { loss, terminal } from './report.ts';

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
      response.end(JSON.stringify(closed ? { ...about, open: false, compare: false } : about));
      return;
    }
    if (path.startsWith('/api/compare/results/')) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: path.slice(21), runs: [loss(), terminal()] }));
      return;
    }
    if (path.startsWith('/api/admin/')) {
      response.setHeader('content-type', 'application/json');
      const from = request.headers.referer ?? '';
      const inside = from.includes('rooms') || from.includes('none');
      response.end(
        JSON.stringify(path.endsWith('session') ? { inside } : { rooms: from.includes('none') ? [] : rooms }),
      );
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

/** What operators see at `/admin?rooms`: two who meet directly, and a room with everything in it. */
const line = (bits: number, loss: number, roundTrip: number | null, way = 'udp') => ({ way, bits, loss, roundTrip });
const person = (identity: string, name: string, more: object) => ({
  identity,
  name,
  host: false,
  program: false,
  online: true,
  up: null,
  down: null,
  tracks: [],
  ...more,
});
const sound = (bits: number, muted = false) => ({ source: 'microphone', muted, codec: 'opus', layers: [{ name: '', bits }] });
const rooms = [
  {
    name: '아침-차',
    locked: true,
    lobby: true,
    direct: false,
    most: 25,
    waiting: 2,
    viewers: 1,
    people: [
      person('p1', '지우', {
        host: true,
        up: line(1_940_000, 0, null),
        down: line(2_380_000, 0.002, 23.4),
        tracks: [
          sound(31_000),
          {
            source: 'camera',
            muted: false,
            codec: 'VP8',
            layers: [
              { name: 'q', bits: 148_000 },
              { name: 'h', bits: 502_000 },
              { name: 'f', bits: 1_260_000 },
            ],
          },
        ],
      }),
      person('p2', 'Noor van den Berg-Östergaard', {
        up: line(33_000, 0.081, null, 'tcp'),
        down: line(410_000, 0.12, 214, 'tcp'),
        tracks: [sound(0, true), { source: 'screen', muted: false, codec: 'VP9', layers: [{ name: '', bits: 1_100_000 }] }],
      }),
      person('p3', 'Stage camera', {
        program: true,
        up: line(2_600_000, 0, null),
        tracks: [{ source: 'camera', muted: false, codec: 'H264', layers: [{ name: '', bits: 2_510_000 }] }],
      }),
      person('p4', 'נועה', { online: false }),
    ],
    players: [line(2_540_000, 0, 41)],
  },
  {
    name: 'tea',
    locked: false,
    lobby: false,
    direct: true,
    most: 25,
    waiting: 0,
    viewers: 0,
    people: [
      person('p5', 'Ann', { host: true, tracks: [{ source: 'microphone', muted: false, codec: null, layers: [] }] }),
      person('p6', 'Bo', {}),
    ],
    players: [],
  },
];
