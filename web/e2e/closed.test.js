// Networks that let little through: people join all the same, by the server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, received, seesAndHears, until } from './browsers.js';
import { isRoot, makeHost, onlyTls } from './network.js';
import { come, enter, openPanel, tileOf } from './people.js';
import { startServer } from './server.js';

// Browsers that encode and draw without any hardware share two cores with the server.
const SMALL = { viewport: { width: 640, height: 480 }, camera: { width: 320, height: 180, frameRate: 15 }, args: ['--ignore-certificate-errors'] };
const RARELY = { every: 250 };

describe('one whose network lets little through', { skip: !isRoot && 'needs root' }, () => {
  let server;
  let mina;
  before(async () => {
    server = await startServer({ flags: { 'signal.limits.direct': '1' } });
    mina = await openChromium(SMALL);
    await server.rest();
  });
  after(async () => {
    await mina?.close();
    await server?.stop();
  });

  /** June joins Mina's room from this network; answers how long it took until each saw and heard the other. */
  async function join(room, host, look) {
    await come(mina.page, server.url, room, 'Mina');
    const june = await openChromium({ ...SMALL, namespace: host.name });
    try {
      const pressed = await enter(june.page, `https://${host.gateway}:${server.port}`, room, 'June');
      await Promise.all([seesAndHears(june.page), seesAndHears(mina.page)]);
      const took = performance.now() - pressed;
      console.log(`    seen and heard after ${Math.round(took)} ms`);
      await look(june.page);
      assert.ok(took < 6000, `${took} ms`);
    } finally {
      await june.close();
      host.remove();
    }
  }

  async function says(page, path, words) {
    await until('the page says how', async () => (await tileOf(page, 'Mina'))?.path === path, RARELY);
    await openPanel(page, 'quality', 'q');
    await until('the panel says it in words', () => page.evaluate((words) => new RegExp(words).test(document.querySelector('[data-panel=quality]').innerText), words), RARELY);
  }

  it('without UDP is there within 6 s, by TCP', async () => {
    const host = makeHost();
    host.blockUdp();
    await join('no-udp', host, async (page) => {
      // A way by the relay may stand first; the direct one is better and takes over.
      await until('all goes by TCP', async () => {
        const { pairs } = await received(page);
        return pairs.length > 0 && pairs.every(({ protocol, relayProtocol }) => (relayProtocol ?? protocol) === 'tcp');
      }, RARELY);
      await says(page, 'server-tcp', 'Through the server, by TCP[^]*UDP seems to be blocked');
    });
  });

  it('without anything but TLS is there within 6 s, by TURN over TLS', async () => {
    const host = makeHost();
    const firewall = await onlyTls(server.port);
    host.blockUdp();
    host.detour(server.port, firewall.port);
    try {
      await join('only-tls', host, async (page) => {
        const { pairs } = await received(page);
        assert.deepEqual([...new Set(pairs.map(({ local, relayProtocol }) => `${local} ${relayProtocol}`))], ['relay tls']);
        assert.ok(firewall.turnedAway.length > 0);
        await says(page, 'server-tls', 'Through the server, by TLS[^]*UDP seems to be blocked');
      });
    } finally {
      firewall.close();
    }
  });
});
