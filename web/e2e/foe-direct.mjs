import { openChromium, openFirefox, received } from './browsers.js';
import { come, tileOf } from './people.js';
import { startServer } from './server.js';
const server = await startServer();
const SMALL = { viewport: { width: 640, height: 480 }, camera: { width: 320, height: 180, frameRate: 15 } };
const c = await openChromium(SMALL);
const a = c.page, d = (await c.another(SMALL)).page;
const wait = (ms) => new Promise((f) => setTimeout(f, ms));
for (const first of ['keyless first (keyed one starts)', 'keyed first']) {
  const room = 'r' + first.length;
  const order = [[d, '', 'dan'], [a, '#key=abcdefghijklmnopqrstuv', 'ann']];
  if (first === 'keyed first') order.reverse();
  for (const [p, k, n] of order) { await come(p, server.url, room + k, n); await wait(1500); }
  await wait(8000);
  const t = await tileOf(a, 'dan'); const t2 = await tileOf(d, 'ann');
  console.log('FOE', first, 'ann sees dan:', JSON.stringify({ locked: t?.locked, path: t?.path, words: t?.words }), 'frames', (await received(a)).frames, '| dan sees ann', t2?.locked, (await received(d)).frames);
  await a.screenshot({ path: `/tmp/foe/${room}.png` });
  await d.screenshot({ path: `/tmp/foe/${room}-dan.png` });
  for (const p of [a, d]) { await p.click('.leave').catch(() => {}); await p.goto('about:blank'); }
}
// both keyed, who starts
{
  await come(a, server.url, 'both#key=abcdefghijklmnopqrstuv', 'ann'); await wait(1500);
  await come(d, server.url, 'both#key=abcdefghijklmnopqrstuv', 'dan'); await wait(8000);
  for (const [n, p, o] of [['ann', a, 'dan'], ['dan', d, 'ann']]) { const t = await tileOf(p, o); console.log('FOE both', n, JSON.stringify({ locked: t?.locked, path: t?.path }), (await received(p)).frames); await p.screenshot({ path: `/tmp/foe/both-${n}.png` }); }
}
await c.close(); await server.stop(); process.exit(0);
