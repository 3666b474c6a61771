// WHIP and WHEP with real browsers: one page sends into a room, another receives from it, and people in the room see both.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, openFirefox, received, seesAgain, seesAndHears, until } from './browsers.js';
import { come, namesOn, openPanel, tileOf } from './people.js';
import { metric, startServer } from './server.js';

let server;
let sender;
let watcher;
let person;
before(async () => {
  server = await startServer();
  [sender, watcher, person] = await Promise.all([openChromium(), openChromium(), openChromium()]);
  await Promise.all([sender, watcher, person].map(({ page }) => page.goto(`${server.url}/healthz`)));
});
afterEach(leave);
after(async () => {
  await Promise.all([sender?.close(), watcher?.close(), person?.close()]);
  await server?.stop();
});

/**
 * Sends the fake camera and microphone.
 * @param {{room: string, codec?: string, simulcast?: boolean, mode?: string, only?: string}} options
 *   `mode` of scalability, `L2T1` say; `only` keeps candidates with this word
 */
function sendByWhip(page, options) {
  return page.evaluate(async ({ room, codec, simulcast, mode, only }) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: simulcast ? { width: 1280, height: 720, frameRate: codec === 'AV1' ? 10 : 30 } : mode ? { width: 640, height: 360 } : { width: 640, height: 480 } });
    const connection = new RTCPeerConnection();
    for (const track of stream.getTracks()) {
      const video = track.kind === 'video';
      const layers = [
        { rid: 'q', scaleResolutionDownBy: 4 },
        { rid: 'h', scaleResolutionDownBy: 2 },
        { rid: 'f' },
      ];
      const transceiver = connection.addTransceiver(track, {
        direction: 'sendonly',
        streams: [stream],
        // Without a mode Chromium sends AV1 in one size.
        ...(video && simulcast ? { sendEncodings: layers.map((layer) => (codec === 'AV1' ? { ...layer, scalabilityMode: 'L1T1' } : layer)) } : {}),
        ...(video && mode ? { sendEncodings: [{ scalabilityMode: mode }] } : {}),
      });
      if (video && codec) {
        const wanted = RTCRtpSender.getCapabilities('video').codecs.filter(({ mimeType }) => [`video/${codec}`, 'video/rtx'].includes(mimeType));
        transceiver.setCodecPreferences(wanted);
      }
      if (video && simulcast && codec === 'AV1') {
        // An encoder that does not keep up leaves out pictures, as a test wants it, and does not make them smaller.
        const { sender } = transceiver;
        await sender.setParameters({ ...sender.getParameters(), degradationPreference: 'maintain-resolution' });
      }
    }
    await connection.setLocalDescription();
    const answer = await fetch(`/whip/${room}`, {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: connection.localDescription.sdp,
    });
    let sdp = await answer.text();
    if (answer.status !== 201) throw new Error(`${answer.status}: ${sdp}`);
    if (only) sdp = sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate') || line.includes(only)).join('\r\n');
    await connection.setRemoteDescription({ type: 'answer', sdp });
    globalThis.whip = { connection, stream, url: answer.headers.get('location') };
  }, options);
}

function playByWhep(page, room, only = '') {
  return page.evaluate(
    async ({ room, only }) => {
      const connection = new RTCPeerConnection();
      const stream = new MediaStream();
      connection.ontrack = ({ track }) => stream.addTrack(track);
      connection.addTransceiver('audio', { direction: 'recvonly' });
      connection.addTransceiver('video', { direction: 'recvonly' });
      const video = document.body.appendChild(document.createElement('video'));
      Object.assign(video, { autoplay: true, srcObject: stream });
      await connection.setLocalDescription();
      const answer = await fetch(`/whep/${room}`, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: connection.localDescription.sdp,
      });
      let sdp = await answer.text();
      if (answer.status !== 201) throw new Error(`${answer.status}: ${sdp}`);
      if (only) sdp = sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate') || line.includes(only)).join('\r\n');
      await connection.setRemoteDescription({ type: 'answer', sdp });
      globalThis.whep = { connection, url: answer.headers.get('location') };
      await video.play().catch(() => {});
    },
    { room, only },
  );
}

/** Both stop; the server has nothing left of them. */
async function leave() {
  if (person.page.url().includes('/r/')) await person.page.goto(`${server.url}/healthz`);
  for (const { page } of [sender, watcher]) {
    await page.evaluate(async () => {
      for (const session of [globalThis.whip, globalThis.whep]) {
        if (!session) continue;
        await fetch(session.url, { method: 'DELETE' });
        session.connection.close();
        // A device that is open keeps the size it was opened with.
        session.stream?.getTracks().forEach((track) => track.stop());
      }
      delete globalThis.whip;
      delete globalThis.whep;
      document.querySelectorAll('video').forEach((video) => video.remove());
      globalThis.peerConnections.length = 0;
    });
  }
  await until('the server has no connection left', async () => /^madang_media_transports 0/m.test(await server.metrics()));
}

const state = (page, session) => page.evaluate((name) => globalThis[name].connection.connectionState, session);

for (const codec of ['VP8', 'H264', 'VP9', 'AV1']) {
  test(`what a page sends by WHIP in ${codec} another plays by WHEP`, async () => {
    await sendByWhip(sender.page, { room: `yard-${codec}`, codec });
    await playByWhep(watcher.page, `yard-${codec}`);
    await seesAndHears(watcher.page);
  });
}

for (const codec of ['VP8', 'H264']) {
  test(`of three layers sent by WHIP in ${codec} the largest arrives within seconds, and nobody is asked for keyframes again and again`, async () => {
    await sendByWhip(sender.page, { room: `layers-${codec}`, codec, simulcast: true });
    await playByWhep(watcher.page, `layers-${codec}`);
    await until('the largest picture', () => watcher.page.evaluate(() => document.querySelector('video').videoWidth === 1280), { timeout: 10_000 });
    await seesAndHears(watcher.page);
    const asked = await sender.page.evaluate(async () => {
      const stats = [...(await globalThis.whip.connection.getStats()).values()];
      return stats.filter(({ type, kind }) => type === 'outbound-rtp' && kind === 'video').map(({ pliCount }) => pliCount);
    });
    assert.ok(asked.every((count) => count <= 3), `keyframes asked for by layer: ${asked}`);
    assert.equal(metric(await server.metrics(), 'madang_media_dropped_total'), 0);
  });
}

// A connection whose encryption was closed by the other side stays "connected" (W3C), but its transport says so.
test('whoever is told goodbye by DELETE knows it at once, and is disconnected soon', async () => {
  await sendByWhip(sender.page, { room: 'goodbye', codec: 'VP8' });
  await playByWhep(watcher.page, 'goodbye');
  await seesAndHears(watcher.page);
  for (const [page, session] of [
    [watcher.page, 'whep'],
    [sender.page, 'whip'],
  ]) {
    await page.evaluate((name) => fetch(globalThis[name].url, { method: 'DELETE' }), session);
    const encryption = () =>
      page.evaluate((name) => {
        const [{ sender, receiver }] = globalThis[name].connection.getTransceivers();
        return (sender.transport ?? receiver.transport).state;
      }, session);
    await until(`${session} is closed`, async () => (await encryption()) === 'closed', { timeout: 1000 });
  }
  await until('no answers', async () => (await state(watcher.page, 'whep')) === 'disconnected');
});

test('who watches goes on when the program is started anew, by the same connection', async () => {
  await sendByWhip(sender.page, { room: 'anew', codec: 'VP8' });
  await playByWhep(watcher.page, 'anew');
  await seesAndHears(watcher.page);
  await sender.page.evaluate(async () => {
    await fetch(globalThis.whip.url, { method: 'DELETE' });
    globalThis.whip.connection.close();
    globalThis.whip.stream.getTracks().forEach((track) => track.stop());
  });
  await sendByWhip(sender.page, { room: 'anew', codec: 'VP8' });
  await seesAndHears(watcher.page);
  assert.equal(await watcher.page.evaluate(() => globalThis.peerConnections.length), 1);
});

for (const codec of ['VP9', 'AV1']) {
  test(`of a picture in ${codec} whose layers need each other the largest arrives, and in a small tile the smallest`, async () => {
    const room = `layers-${codec}`;
    await sendByWhip(sender.page, { room, codec, mode: 'L3T3' });
    await playByWhep(watcher.page, room);
    const height = (page) => page.evaluate(() => Math.max(...[...document.querySelectorAll('video')].map(({ videoHeight }) => videoHeight)));
    await until('the largest layer', async () => (await height(watcher.page)) === 360);
    await seesAgain(watcher.page);

    const { page, context } = await person.another({ viewport: { width: 360, height: 360 } });
    await come(page, server.url, room, 'Ann', { camera: false, microphone: false });
    await until('the smallest layer', async () => [90, 180].includes(await height(page)));
    await seesAgain(page);
    assert.equal(await height(watcher.page), 360);
    await page.goto(`${server.url}/healthz`);
    await context.close();
  });
}

for (const codec of ['VP8', 'H264', 'AV1']) {
  test(`who shows a program in ${codec} in a small tile gets a small picture of it`, async () => {
    const { page, context } = await person.another({ viewport: { width: 360, height: 640 } });
    await come(page, server.url, `tile-${codec}`, 'Ann', { camera: false, microphone: false });
    await sendByWhip(sender.page, { room: `tile-${codec}`, codec, simulcast: true });
    const size = () => page.evaluate(() => Math.max(...[...document.querySelectorAll('[data-participant] video')].map(({ videoHeight }) => videoHeight)));
    await until('a picture of 360 lines', async () => (await size()) === 360);
    await seesAgain(page);
    // It stays so though the line carries more.
    await until('five seconds of it', async () => (await received(page)).frames > (codec === 'AV1' ? 50 : 100));
    assert.equal(await size(), 360);
    await page.goto(`${server.url}/healthz`);
    await context.close();
  });
}

test('where UDP is blocked sound and picture come by TCP on the port of the pages', async () => {
  await sendByWhip(sender.page, { room: 'tcp', only: ' tcp ' });
  await playByWhep(watcher.page, 'tcp', ' tcp ');
  await seesAndHears(watcher.page);
  const { pairs } = await received(watcher.page);
  assert.deepEqual(new Set(pairs.map(({ protocol }) => protocol)), new Set(['tcp']));
});

test('an ICE restart by PATCH moves the connection and the picture goes on', async () => {
  await sendByWhip(sender.page, { room: 'restart' });
  await playByWhep(watcher.page, 'restart');
  await seesAndHears(watcher.page);
  const restarted = await sender.page.evaluate(async () => {
    const { connection, url } = globalThis.whip;
    const before = connection.remoteDescription.sdp;
    await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
    const lines = connection.localDescription.sdp.split('\r\n');
    const first = (start) => lines.find((line) => line.startsWith(start));
    const fragment = ['a=group', 'm=', 'a=mid', 'a=ice-ufrag', 'a=ice-pwd'].map(first).join('\r\n');
    const answer = await fetch(url, {
      method: 'PATCH',
      headers: { 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': '*' },
      body: `${fragment}\r\n`,
    });
    const news = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status}: ${news}`);
    const value = (text, name) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(text)[1].trim();
    const sdp = before
      .replaceAll(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${value(news, 'ice-ufrag')}`)
      .replaceAll(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${value(news, 'ice-pwd')}`);
    await connection.setRemoteDescription({ type: 'answer', sdp });
    return value(before, 'ice-ufrag') !== value(news, 'ice-ufrag');
  });
  assert.ok(restarted);
  await until('the new pair is in use', async () => (await state(sender.page, 'whip')) === 'connected');
  await seesAndHears(watcher.page);
});

test('Firefox plays what Chromium sends, and sends what Chromium plays', async () => {
  const firefox = await openFirefox();
  try {
    await firefox.page.goto(`${server.url}/healthz`);
    await sendByWhip(sender.page, { room: 'fox', codec: 'VP8' });
    await playByWhep(firefox.page, 'fox');
    await seesAndHears(firefox.page, { timeout: 30_000 });
    await sendByWhip(firefox.page, { room: 'hunt' });
    await playByWhep(watcher.page, 'hunt');
    await seesAndHears(watcher.page, { timeout: 30_000 });
    await firefox.page.evaluate(() => Promise.all([globalThis.whip, globalThis.whep].map(({ url }) => fetch(url, { method: 'DELETE' }))));
  } finally {
    await firefox.close();
  }
});

test('a page whose offer names nothing that is sent takes the offer of the server', async () => {
  await sendByWhip(sender.page, { room: 'counter', codec: 'VP8' });
  await watcher.page.evaluate(async () => {
    const connection = new RTCPeerConnection();
    const stream = new MediaStream();
    connection.ontrack = ({ track }) => stream.addTrack(track);
    const video = document.body.appendChild(document.createElement('video'));
    Object.assign(video, { autoplay: true, srcObject: stream });
    const asking = new RTCPeerConnection();
    asking.addTransceiver('video').setCodecPreferences(RTCRtpReceiver.getCapabilities('video').codecs.filter(({ mimeType }) => mimeType === 'video/AV1'));
    await asking.setLocalDescription();
    const answer = await fetch('/whep/counter', {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: asking.localDescription.sdp,
    });
    asking.close();
    if (answer.status !== 406) throw new Error(`${answer.status}: ${await answer.text()}`);
    const url = answer.headers.get('location');
    await connection.setRemoteDescription({ type: 'offer', sdp: await answer.text() });
    await connection.setLocalDescription();
    const taken = await fetch(url, { method: 'PATCH', headers: { 'content-type': 'application/sdp' }, body: connection.localDescription.sdp });
    if (taken.status !== 204) throw new Error(`${taken.status}: ${await taken.text()}`);
    globalThis.whep = { connection, url };
  });
  await seesAndHears(watcher.page);
});

test('who watches is told by a sentence that nobody sends yet', async () => {
  const answer = await watcher.page.evaluate(async () => {
    const connection = new RTCPeerConnection();
    connection.addTransceiver('video', { direction: 'recvonly' });
    await connection.setLocalDescription();
    const response = await fetch('/whep/nobody', {
      method: 'POST',
      headers: { 'content-type': 'application/sdp' },
      body: connection.localDescription.sdp,
    });
    connection.close();
    return { status: response.status, text: await response.text() };
  });
  assert.equal(answer.status, 409);
  assert.match(answer.text, /Nobody sends/);
});

// ---- people, programs and players in one room

test('who is in the room sees and hears what a program sends, and reads that it is one', async () => {
  await come(person.page, server.url, 'stage', 'Ann', { camera: false, microphone: false });
  await sendByWhip(sender.page, { room: 'stage' });
  await until('the tile of the program', async () => (await tileOf(person.page, 'WHIP'))?.camera === 'true');
  await seesAndHears(person.page);
  assert.equal((await tileOf(person.page, 'WHIP')).program, 'true');
  await openPanel(person.page, 'people');
  await person.page.waitForSelector('[data-panel=people] [data-program]');
  // Who comes later finds it there.
  await come(person.page, server.url, 'stage', 'Ann', { camera: false, microphone: false });
  await seesAndHears(person.page);
  await sender.page.evaluate(() => fetch(globalThis.whip.url, { method: 'DELETE' }));
  await until('it is gone', async () => (await namesOn(person.page)).join() === 'Ann', { timeout: 3000 });
});

test('a host mutes and removes a program, and it does not come in again', async () => {
  await come(person.page, server.url, 'strict', 'Ann', { camera: false, microphone: false });
  await sendByWhip(sender.page, { room: 'strict' });
  await seesAndHears(person.page);
  const menu = async (what) => {
    await openPanel(person.page, 'people');
    await person.page.getByRole('button', { name: 'Actions for WHIP', exact: true }).click();
    await person.page.getByRole('menuitem', { name: what }).click();
  };
  await menu('Mute');
  await until('it is muted', async () => (await tileOf(person.page, 'WHIP')).muted === 'true');
  await until('no sound', async () => {
    const { energy, frames } = await received(person.page);
    await until('more pictures', async () => (await received(person.page)).frames > frames + 5);
    return (await received(person.page)).energy === energy;
  });
  await menu('Remove from the room');
  await person.page.getByRole('button', { name: 'Remove from the room', exact: true }).click();
  await until('it is gone', async () => (await namesOn(person.page)).join() === 'Ann');
  const encryption = () => sender.page.evaluate(() => globalThis.whip.connection.getTransceivers()[0].sender.transport.state);
  await until('its connection is closed', async () => (await encryption()) === 'closed');
  await sender.page.evaluate(() => globalThis.whip.stream.getTracks().forEach((track) => track.stop()));
  await assert.rejects(sendByWhip(sender.page, { room: 'strict' }), /403: .*knock/);
});

test('who watches by WHEP sees and hears one who is alone in the room, until that one ends the meeting', async () => {
  await come(person.page, server.url, 'solo', 'Ann');
  await until('a picture', async () => (await tileOf(person.page, 'Ann'))?.camera === 'true');
  await playByWhep(watcher.page, 'solo');
  await seesAndHears(watcher.page);
  await openPanel(person.page, 'people');
  await person.page.waitForSelector('[data-viewers="1"]');
  assert.deepEqual(await namesOn(person.page), ['Ann']);
  await person.page.click('[data-tool=more]');
  await person.page.getByRole('menuitem', { name: 'End for everybody' }).click();
  await person.page.getByRole('button', { name: 'End for everybody', exact: true }).click();
  const encryption = () => watcher.page.evaluate(() => globalThis.whep.connection.getTransceivers()[0].receiver.transport.state);
  await until('its connection is closed', async () => (await encryption()) === 'closed');
  assert.equal(await watcher.page.evaluate(async () => (await fetch(globalThis.whep.url, { method: 'DELETE' })).status), 410);
});

test('the page /whip sends the camera, the page /whep plays it, and both say what they do', async () => {
  const room = 'pages';
  await sender.page.goto(`${server.url}/whip/${room}`);
  await watcher.page.goto(`${server.url}/whep/${room}`);
  await watcher.page.click('[data-play]');
  await says(watcher.page, 'Nobody shows anything here yet; it begins by itself');
  await sender.page.type('#name', 'Stage');
  await sender.page.click('[data-send=camera]');
  await says(sender.page, 'You are sending: the room sees and hears it');
  await says(watcher.page, 'Playing');
  await until('frames arrive', () =>
    watcher.page.evaluate(() => (document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 10),
  );
  await until('the figures say so', () =>
    watcher.page.evaluate(() => Number(document.querySelector('dl')?.dataset.flow ?? 0) > 0),
  );
  await come(person.page, server.url, room, 'June');
  await until('June sees who sends', async () => (await namesOn(person.page)).includes('Stage'));
  await sender.page.click('[data-stop]');
  await says(sender.page, 'You send nothing');
  await until('nobody sends', async () => !(await namesOn(person.page)).includes('Stage'));
  await watcher.page.click('[data-stop]');
  await says(watcher.page, 'Not playing');
  await Promise.all([sender, watcher].map(({ page }) => page.goto(`${server.url}/healthz`)));
});

function says(page, words) {
  return until(words, () =>
    page.evaluate((words) => document.querySelector('[data-words]')?.textContent === words, words),
  );
}
