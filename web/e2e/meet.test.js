// Two people meet through the real server: the product's first promise.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openChromium, received, seesAndHears } from './browsers.js';
import { enter } from './people.js';
import { metric, startServer } from './server.js';

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
    const pressed = await enter(june.page, server.url, 'yard', 'June');
    await Promise.all([seesAndHears(mina.page), seesAndHears(june.page)]);
    const took = performance.now() - pressed;
    console.log(`    seen and heard after ${Math.round(took)} ms`);
    const flow = await received(june.page);
    assert.ok(flow.pairs.length > 0 && flow.pairs.every((pair) => pair.local !== 'relay' && pair.remote !== 'relay'));
    assert.equal(metric(await server.metrics(), 'madang_turn_relayed_packets_total'), 0);
    assert.deepEqual(mina.problems, []);
    assert.deepEqual(june.problems, []);
  } finally {
    await Promise.all([mina.close(), june.close()]);
  }
});
