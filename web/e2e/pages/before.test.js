// Before the room: what one sees of oneself, what others do not see, and who may not speak.
import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, received, seesAndHears, until } from '../browsers.js';
import { come, enter, messages, openPanel, write } from '../people.js';
import { startServer } from '../server.js';

const lan = Object.values(networkInterfaces())
  .flat()
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let server;
const open = [];

before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

async function browser(options) {
  const one = await openChromium(options);
  open.push(one);
  return one;
}

test('before joining one sees the camera, the meter moves, the speaker is tried, and nobody sees anything of it', async () => {
  const [mina, june] = await Promise.all([browser(), browser()]);
  await come(mina.page, server.url, 'before', 'Mina');

  await june.page.goto(`${server.url}/r/before`);
  await june.page.waitForSelector('[data-preview=true] video');
  await until('the preview moves', () =>
    june.page.evaluate(() => {
      const { videoWidth, currentTime } = document.querySelector('[data-preview] video');
      return videoWidth > 0 && currentTime > 0.3;
    }),
  );
  const levels = new Set();
  await until('the meter moves', async () => {
    levels.add(Number(await june.page.getAttribute('[role=meter]', 'data-level')));
    return levels.size > 2 && Math.max(...levels) > 0;
  });
  await june.page.evaluate(() => {
    const real = AudioBufferSourceNode.prototype.start;
    globalThis.played = 0;
    AudioBufferSourceNode.prototype.start = function (...rest) {
      globalThis.played++;
      return real.apply(this, rest);
    };
  });
  await june.page.getByRole('button', { name: 'Play a test sound' }).click();
  await june.page.getByText('Do you hear the strings?').waitFor();
  await until('the sound', () => june.page.evaluate(() => globalThis.played > 0));

  assert.equal(await mina.page.getAttribute('[data-room-state]', 'data-count'), '1');
  assert.equal(await mina.page.$$eval('[data-participant]', (all) => all.length), 1);
  assert.equal((await received(mina.page)).packetsIn, 0);

  await enter(june.page, server.url, 'before', 'June', { camera: false, microphone: false });
  await june.page.waitForSelector('[data-room-state=connected]');
  await mina.page.waitForSelector('[data-name=June][data-camera=false][data-muted=true]');
  await june.page.waitForSelector('[data-name=Mina][data-camera=true]');
  await seesAndHears(june.page);
  assert.deepEqual(await june.page.evaluate(() => peerConnections.flatMap((each) => each.getSenders().filter(({ track }) => track?.enabled)).length), 0);
  assert.deepEqual([mina.problems, june.problems], [[], []]);
});

test('one whose camera and microphone are refused joins, listens, and is told how to allow them', async () => {
  const mina = await browser();
  const june = await browser({ permissions: [], args: ['--use-fake-ui-for-media-stream=deny'] });
  await come(mina.page, server.url, 'refused', 'Mina');
  await june.page.goto(`${server.url}/r/refused`);
  const card = await june.page.waitForSelector('[data-refused]');
  // The two are asked for one by one, and so refused.
  await june.page.getByText('Camera and microphone are refused. You can still join, listen, watch and write.').waitFor();
  assert.match(await card.textContent(), /press the sign beside the address/);
  await june.page.fill('[data-prejoin] input', 'June');
  await june.page.click('[data-join]');
  await june.page.waitForSelector('[data-room-state=connected]');
  await seesAndHears(june.page);
  await mina.page.waitForSelector('[data-name=June][data-camera=false][data-muted=true]');

  await june.page.click('[data-tool=camera]');
  const notice = await june.page.waitForSelector('[data-notice]');
  assert.match(await notice.textContent(), /allow/i);
  assert.equal(await june.page.getAttribute('[data-room-state]', 'data-room-state'), 'connected');
});

test('one who comes by plain http from another machine watches and chats, and reads how to speak', { skip: !lan && 'needs a network address' }, async () => {
  const [mina, june] = await Promise.all([browser(), browser()]);
  const plain = `http://${lan}:${server.port}`;
  await come(mina.page, server.url, 'plain', 'Mina');
  await june.context.addInitScript(() => {
    globalThis.asked = 0;
    const devices = navigator.mediaDevices;
    if (devices) devices.getUserMedia = () => ((globalThis.asked += 1), Promise.reject(new DOMException('no', 'NotAllowedError')));
  });
  await june.page.goto(`${plain}/r/plain`);
  const card = june.page.locator('[data-insecure]');
  await card.getByText('Here you can watch and chat, but not speak').waitFor();
  await card.locator(`a[href="https://${lan}:${server.port}/r/plain"]`).waitFor();
  await card.locator('a[href="/trust"]').waitFor();
  assert.equal(await june.page.$('[data-device]'), null);
  await june.page.fill('[data-prejoin] input', 'June');
  await june.page.getByRole('button', { name: 'Join to watch and chat' }).click();
  await june.page.waitForSelector('[data-room-state=connected]');
  await june.page.waitForSelector('[data-name=Mina][data-camera=true]');
  await seesAndHears(june.page);

  await openPanel(june.page, 'chat');
  await openPanel(mina.page, 'chat');
  await write(june.page, 'I only watch');
  await until('the message', async () => (await messages(mina.page)).includes('I only watch'));
  await write(mina.page, 'Welcome');
  await until('the answer', async () => (await messages(june.page)).includes('Welcome'));
  assert.equal(await june.page.evaluate(() => globalThis.asked), 0);
  assert.deepEqual(june.problems, []);
});

test('the steps towards trust open by plain http and give the certificate of this server', { skip: !lan && 'needs a network address' }, async () => {
  const june = await browser();
  await june.page.goto(`http://${lan}:${server.port}/trust`);
  const link = june.page.locator('a[href$="/trust/madang-ca.crt"]').first();
  await link.waitFor();
  const answer = await june.page.request.get(`http://${lan}:${server.port}/trust/madang-ca.crt`);
  assert.equal(answer.status(), 200);
  assert.deepEqual(june.problems, []);
});
