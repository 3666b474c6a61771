// A line that loses packets: voices stay understandable, pictures move, and the page says what is wrong.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, seesAndHears, until } from './browsers.js';
import { isRoot, makeHost } from './network.js';
import { come, openPanel, tileOf } from './people.js';
import { startServer } from './server.js';

// Browsers that encode and draw without any hardware share two cores with the server.
const SMALL = { viewport: { width: 640, height: 480 }, camera: { width: 320, height: 180, frameRate: 15 }, args: ['--ignore-certificate-errors'] };
const RARELY = { every: 250 };
const SECONDS = 30;

for (const [way, direct] of [['server', 1], ['direct', 2]]) {
  describe(`with 5 % loss both ways, ${way === 'server' ? 'through the server' : 'directly'}`, { skip: !isRoot && 'needs root' }, () => {
    let server;
    let host;
    const people = {};
    before(async () => {
      server = await startServer({ flags: { 'signal.limits.direct': String(direct) } });
      host = makeHost();
      host.lose(5);
      people.mina = await openChromium(SMALL);
      people.june = await openChromium({ ...SMALL, namespace: host.name });
      await server.rest();
      await come(people.mina.page, `https://${host.gateway}:${server.port}`, 'rain', 'Mina');
      await come(people.june.page, `https://${host.gateway}:${server.port}`, 'rain', 'June');
      // What builds the way is lost now and then, too.
      await Promise.all(Object.values(people).map(({ page }) => seesAndHears(page, { timeout: 40_000 })));
      for (const [page, whom] of [[people.mina.page, 'June'], [people.june.page, 'Mina']]) {
        await until(`the way to ${whom}`, async () => (await tileOf(page, whom))?.path?.startsWith(way), RARELY);
      }
    });
    after(async () => {
      await Promise.all(Object.values(people).map((each) => each.close()));
      host?.remove();
      await server?.stop();
    });

    it('less than a tenth of what is heard is guessed, and no picture stands still for a second', async () => {
      // A call just begun finds out first what its path carries.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const seen = await Promise.all(Object.entries(people).map(async ([name, { page }]) => ({ name, ...(await page.evaluate(flow, SECONDS)) })));
      for (const { name, lost, guessed, freezes, longest, frames } of seen) {
        console.log(`    ${name}: ${(100 * guessed).toFixed(1)} % of the sound guessed, ${lost.toFixed(1)} % of its packets lost; ${frames} frames, ${freezes} freezes, the longest ${longest} ms`);
      }
      for (const { name, guessed, longest, frames } of seen) {
        assert.ok(guessed < 0.1, `${name}: ${guessed}`);
        assert.ok(longest < 1000, `${name}: ${longest} ms`);
        assert.ok(frames > SECONDS * 5, `${name}: ${frames} frames`);
      }
    });

    it('is said by bars and words to whoever is there', async () => {
      const { page } = people.june;
      await openPanel(page, 'quality', 'q');
      await until('the reason', () => page.evaluate(() => /Mina\s+poor\s+packets get lost on the way/.test(document.querySelector('[data-panel=quality]').innerText)), RARELY);
    });
  });
}

/** Runs in the page: what comes by all its connections in so many seconds. */
async function flow(seconds) {
  const look = async () => {
    const sum = { concealed: 0, samples: 0, packets: 0, lost: 0, frames: 0, freezes: 0, frozen: 0 };
    for (const connection of globalThis.peerConnections) {
      if (connection.connectionState === 'closed') continue;
      (await connection.getStats()).forEach((value) => {
        if (value.type !== 'inbound-rtp') return;
        if (value.kind === 'audio') {
          sum.concealed += value.concealedSamples - value.silentConcealedSamples;
          sum.samples += value.totalSamplesReceived;
          sum.packets += value.packetsReceived;
          sum.lost += value.packetsLost;
        } else {
          sum.frames += value.framesDecoded ?? 0;
          sum.freezes += value.freezeCount ?? 0;
          sum.frozen += 1000 * (value.totalFreezesDuration ?? 0);
        }
      });
    }
    return sum;
  };
  const first = await look();
  let last = first;
  let longest = 0;
  let moved = performance.now();
  for (const end = performance.now() + 1000 * seconds; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    const now = await look();
    if (now.freezes > last.freezes) longest = Math.max(longest, now.frozen - last.frozen);
    if (now.frames > last.frames) moved = performance.now();
    last = now;
  }
  const since = (name) => last[name] - first[name];
  return {
    guessed: since('concealed') / since('samples'),
    lost: (100 * since('lost')) / (since('lost') + since('packets')),
    frames: since('frames'),
    freezes: since('freezes'),
    longest: Math.round(Math.max(longest, performance.now() - moved - 400)),
  };
}
