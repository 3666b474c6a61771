// Two people meet through the real server: the product's first promise.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, received, seesAndHears, until } from './browsers.js';
import { enter } from './people.js';
import { relayed, startServer } from './server.js';

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test('two people see and hear each other within two seconds of the second Join, and no media passes the server', async () => {
  const [mina, june] = await Promise.all([openChromium(), openChromium()]);
  try {
    await enter(mina.page, server.url, 'yard', 'Mina');
    await mina.page.waitForSelector('[data-room-state=connected]');
    await server.rest();
    const pressed = await enter(june.page, server.url, 'yard', 'June');
    await Promise.all([seesAndHears(mina.page), seesAndHears(june.page)]);
    const took = performance.now() - pressed;
    console.log(`    seen and heard after ${Math.round(took)} ms`);
    assert.ok(took < 2000, `${took} ms`);
    const flow = await received(june.page);
    assert.ok(flow.pairs.length > 0 && flow.pairs.every((pair) => pair.local !== 'relay' && pair.remote !== 'relay'));
    // Checks of the way over the relay, which is not taken, are a few hundred bytes; media are a flood.
    const { packetsIn } = await received(june.page);
    await until('five hundred packets of media', async () => (await received(june.page)).packetsIn > packetsIn + 500);
    const carried = await relayed(server);
    console.log(`    the relay carried ${carried} bytes while more than 500 packets of media came`);
    assert.ok(carried < 20_000, `the relay carried ${carried} bytes`);
    assert.deepEqual(mina.problems, []);
    assert.deepEqual(june.problems, []);
  } finally {
    await Promise.all([mina.close(), june.close()]);
  }
});
