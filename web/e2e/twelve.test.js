// Twelve in one room: at most nine pictures are decoded, and what nobody looks at does not come.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, until } from './browsers.js';
import { come } from './people.js';
import { startServer } from './server.js';

const ROOM = 'dozen';
const RARELY = { every: 250 };

let server;
let bots;
let mina;
before(async () => {
  [server, bots, mina] = await Promise.all([startServer({ flags: { 'whip.programs': '0' } }), openChromium(), openChromium()]);
  await bots.page.goto(`${server.url}/healthz`);
});
after(async () => {
  await Promise.all([bots?.close(), mina?.close()]);
  await server?.stop();
});

test('of twelve people nine are seen at most, page by page, and the others cost nothing', async () => {
  await come(mina.page, server.url, ROOM, 'Mina', { camera: false });
  await bots.page.evaluate(send, { room: ROOM, count: 11 });
  await until('all are there', () => mina.page.evaluate(() => document.querySelector('[data-pages]')?.dataset.pages === '2'), RARELY);
  const first = await settled();
  assert.ok(first.length >= 8, `${first.length} pictures`);
  await mina.page.keyboard.press('PageDown');
  await until('the other page', () => mina.page.evaluate(() => document.querySelectorAll('[data-participant]').length < 9), RARELY);
  const second = await settled();
  assert.ok(second.length > 0 && second.length < 9, `${second.length} pictures`);
  assert.deepEqual(second.filter((id) => first.includes(id)), []);
  console.log(`    ${first.length} pictures on the first page, ${second.length} on the second; ${await mina.page.evaluate(rate)} drawings of the page a second`);
});

/** Which pictures come, when that has not changed for two seconds; never more than nine are decoded, and nothing else takes bandwidth. */
async function settled() {
  let last = '';
  let coming;
  await until('the same pictures for a while', async () => {
    coming = await mina.page.evaluate(flowing, 2000);
    const now = coming.map(({ id }) => id).sort().join();
    const same = now === last && coming.every(({ frames }) => frames > 2);
    last = now;
    return same;
  }, { timeout: 30_000 });
  assert.ok(coming.length <= 9, JSON.stringify(coming));
  return coming.map(({ id }) => id);
}

/** Runs in the page: the pictures of which bytes come within so many milliseconds, and frames are decoded. */
async function flowing(milliseconds) {
  const look = async () => {
    const all = new Map();
    for (const connection of globalThis.peerConnections) {
      if (connection.connectionState === 'closed') continue;
      (await connection.getStats()).forEach((value) => {
        if (value.type === 'inbound-rtp' && value.kind === 'video') all.set(value.trackIdentifier, value);
      });
    }
    return all;
  };
  const before = await look();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return [...(await look())].flatMap(([id, value]) => {
    const bytes = value.bytesReceived - (before.get(id)?.bytesReceived ?? 0);
    const frames = (value.framesDecoded ?? 0) - (before.get(id)?.framesDecoded ?? 0);
    return bytes > 500 || frames > 0 ? [{ id, bytes, frames }] : [];
  });
}

/** Runs in the page: how often a second it is drawn. */
async function rate() {
  let drawn = 0;
  const end = performance.now() + 2000;
  while (performance.now() < end) {
    await new Promise(requestAnimationFrame);
    drawn++;
  }
  return Math.round(drawn / 2);
}

/** Runs in a page: sends one small picture into a room by so many connections. */
async function send({ room, count }) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 160, height: 90, frameRate: 10 } });
  globalThis.sending = [];
  for (let i = 0; i < count; i++) {
    const connection = new RTCPeerConnection();
    globalThis.sending.push(connection);
    connection.addTransceiver(stream.getVideoTracks()[0], { direction: 'sendonly', streams: [stream] });
    await connection.setLocalDescription();
    const answer = await fetch(`/whip/${room}`, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: connection.localDescription.sdp });
    const sdp = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status}: ${sdp}`);
    await connection.setRemoteDescription({ type: 'answer', sdp });
  }
}
