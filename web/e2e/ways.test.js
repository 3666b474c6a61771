// The ways on which two people reach each other when the plain one is closed.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { after, before, test } from 'node:test';
import { openChromium, openFirefox, received, seesAndHears, until } from './browsers.js';
import { isRoot, makeHost } from './network.js';
import { enter, namesOn, openPanel } from './people.js';
import { relayed, startServer } from './server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

/** Both enter; returns when each sees and hears the other. */
async function meet(first, second, room, url = server.url) {
  await enter(first.page, url, room, 'Mina');
  await first.page.waitForSelector('[data-room-state=connected]');
  const pressed = await enter(second.page, second.url ?? url, room, 'June');
  await Promise.all([seesAndHears(first.page), seesAndHears(second.page)]);
  return performance.now() - pressed;
}

for (const way of ['udp', 'tcp', 'tls']) {
  test(`two people whose only way is the relay by ${way} see and hear each other`, async () => {
    const args = ['--ignore-certificate-errors'];
    const [mina, june] = await Promise.all([openChromium({ relay: way, args }), openChromium({ relay: way, args })]);
    try {
      const before = await relayed(server);
      await meet(mina, june, `relay-${way}`);
      const flow = await received(june.page);
      assert.ok(flow.pairs.length > 0);
      for (const pair of flow.pairs) {
        assert.equal(pair.local, 'relay');
        assert.equal(pair.relayProtocol, way);
      }
      // The counter that stays low where people meet directly counts media where they do not.
      await until('the relay counts', async () => (await relayed(server)) > before + 100_000);
    } finally {
      await Promise.all([mina.close(), june.close()]);
    }
  });
}

test('where WebSocket is blocked everything goes by HTTP polling', async () => {
  const proxy = createServer((from, to) => {
    const onwards = request(
      { port: server.port, path: from.url, method: from.method, headers: from.headers },
      (answer) => {
        to.writeHead(answer.statusCode, answer.headers);
        answer.pipe(to);
      },
    );
    onwards.on('error', () => to.destroy());
    to.on('close', () => onwards.destroy());
    from.pipe(onwards);
  });
  proxy.on('upgrade', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n'));
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${proxy.address().port}`;
  const [mina, june] = await Promise.all([openChromium(), openChromium()]);
  try {
    await meet(mina, june, 'polling', url);
    // A page that is closed says so, by polling too: otherwise its place is kept for half a minute.
    const closed = performance.now();
    await june.page.close();
    await until('June is gone', async () => (await namesOn(mina.page)).join() === 'Mina');
    assert.ok(performance.now() - closed < 20_000, `${Math.round(performance.now() - closed)} ms`);
  } finally {
    await Promise.all([mina.close(), june.close()]);
    proxy.closeAllConnections();
    proxy.close();
  }
});

test('Chromium and Firefox see and hear each other', async () => {
  const [mina, june] = await Promise.all([openChromium({ args: ['--disable-features=WebRtcHideLocalIpsWithMdns'] }), openFirefox()]);
  try {
    await meet(mina, june, 'two-engines');
  } finally {
    await Promise.all([mina.close(), june.close()]);
  }
});

test('two networks between which no UDP passes meet through the relay', { skip: !isRoot && 'needs root' }, async () => {
  const hosts = [makeHost(), makeHost()];
  hosts.forEach((host) => host.blockUdp());
  const args = ['--ignore-certificate-errors'];
  const [mina, june] = await Promise.all(hosts.map((host) => openChromium({ namespace: host.name, args })));
  try {
    const url = (host) => `https://${host.gateway}:${server.port}`;
    const took = await meet(mina, { ...june, url: url(hosts[1]) }, 'no-udp', url(hosts[0]));
    console.log(`    seen and heard after ${Math.round(took)} ms`);
    assert.ok(took < 6000, `${took} ms`);
    const flow = await received(june.page);
    assert.ok(flow.pairs.some((pair) => pair.local === 'relay' && pair.relayProtocol !== 'udp'));
    await until('the page says how', () =>
      june.page.evaluate(() => /^relayed-(tcp|tls)$/.test(document.querySelector('[data-participant][data-path]')?.dataset.path)),
    );
    await openPanel(june.page, 'quality', 'q');
    await until('the panel says it in words', () =>
      june.page.evaluate(() => /Relayed by the server, by (TCP|TLS)[\s\S]*UDP seems to be blocked/.test(document.querySelector('[data-panel=quality]').innerText)),
    );
  } finally {
    await Promise.all([mina.close(), june.close()]);
    hosts.forEach((host) => host.remove());
  }
});
