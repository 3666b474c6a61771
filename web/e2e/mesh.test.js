// The client in a real browser, over a room in memory that speaks the signaling contract: several
// people in one page, so that each cut falls exactly where the test wants it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { after, afterEach, before, describe, it } from 'node:test';
import { build } from 'vite';
import { openChromium, until } from './browsers.js';

let pages;
/** What the page said by itself, in order. */
const told = [];
let browser;
let page;

before(async () => {
  const bundle = await clientWithRoom();
  pages = createServer((request, response) => {
    if (request.url.startsWith('/told/')) told.push(request.url.slice('/told/'.length));
    const script = request.url === '/room.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    const listen = request.url === '/listen' ? `<script>(${listenOnly})()</script>` : '';
    response.end(script ? bundle : `<!doctype html><meta charset="utf-8"><button>Play</button><script src="/room.js"></script>${listen}`);
  }).listen(0);
});

after(() => pages?.close());

afterEach(async () => {
  await browser?.close();
  browser = undefined;
});

describe('people in a mesh', () => {
  it('see and hear each other, one round of negotiation for all', async () => {
    await open();
    const took = await page.evaluate(async () => {
      const start = performance.now();
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
      return performance.now() - start;
    });
    assert.ok(took < 5000, `connected after ${took} ms`);
    await seen('ann', 'bob');
    await seen('bob', 'ann');
    await until('sound', () => page.evaluate(() => ann.participants[0].level > 0));
    const negotiated = await page.evaluate(() => room.asked.filter((each) => each.endsWith('negotiate')).length);
    assert.ok(negotiated < 20, `${negotiated} messages`);
    const [stats] = await page.evaluate(async () => {
      await ann.stats();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return ann.stats();
    });
    assert.equal(stats.path, 'direct');
    assert.equal(stats.transport, 'udp');
    assert.ok(stats.bitrateIn > 0 && stats.bitrateOut > 0);
    assert.deepEqual(stats.incoming.map(({ source }) => source).sort(), ['camera', 'microphone']);
  });

  it('are four at once', async () => {
    await open();
    await page.evaluate(async () => {
      for (const name of ['ann', 'bob', 'cem', 'dan']) await enter(name, { microphone: true, camera: true });
      await paths();
    });
    for (const name of ['ann', 'dan']) {
      await until(`${name} sees three`, () =>
        page.evaluate((name) => globalThis[name].participants.every((each) => frames(each.track('camera')) > 2), name),
      );
    }
  });

  it('keep mute, picture and messages over a cut of the way to the server', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
      await bob.setMicrophone(false);
      globalThis.heard = [];
      ann.on('said', (message) => heard.push(`${message.id} ${message.state}`));
      globalThis.connections = peerConnections.length;
    });
    await until('muted for ann', () => page.evaluate(() => ann.participants[0].track('microphone').muted));
    await seen('ann', 'bob');
    const during = await page.evaluate(() => {
      room.cut('bob');
      globalThis.message = bob.say('while away');
      return { state: bob.state, message: message.state, seenAs: ann.participants[0].presence };
    });
    assert.equal(during.state.name, 'reconnecting');
    assert.ok(during.state.help);
    assert.equal(during.message, 'sending');
    await until('ann is told', () => page.evaluate(() => ann.participants[0].presence === 'reconnecting'));
    await seen('ann', 'bob');
    await page.evaluate(() => room.mend('bob'));
    await until('connected again', () => page.evaluate(() => bob.state.name === 'connected' && message.state === 'sent'));
    await until('online again', () => page.evaluate(() => ann.participants[0].presence === 'online'));
    const end = await page.evaluate(() => ({
      heard: heard.length,
      chat: ann.chat.length,
      muted: [ann.participants[0].track('microphone').muted, bob.media.microphone.on, bob.me.track('microphone').muted],
      people: ann.participants.length,
      connections: peerConnections.length - connections,
    }));
    assert.deepEqual(end, { heard: 1, chat: 1, muted: [true, false, true], people: 1, connections: 0 });
  });

  it('come back muted even when the room had given them up', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
      await bob.setMicrophone(false);
      await bob.raiseHand(true);
      room.cut('bob');
      room.forget('bob');
    });
    await until('ann is alone', () => page.evaluate(() => ann.participants.length === 0));
    await page.evaluate(() => room.mend('bob'));
    await until('back', () => page.evaluate(() => bob.state.name === 'connected' && ann.participants.length === 1));
    await page.evaluate(() => paths());
    await seen('ann', 'bob');
    assert.equal(await page.evaluate(() => ann.participants[0].track('microphone').muted), true);
    assert.equal(await page.evaluate(() => room.asked.filter((each) => each === 'bob raiseHand').length), 2);
  });

  it('get a new connection when one of them loads its page anew', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
      // A page that is gone says nothing.
      room.cut('bob');
      for (const { peer } of bob.participants) peer.close();
      await enter('bob', { microphone: true, camera: true });
      await paths();
    });
    await seen('ann', 'bob');
    await seen('bob', 'ann');
    assert.equal(await page.evaluate(() => ann.participants.length), 1);
  });

  it('build a connection anew that is beyond repair, from either side', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
    });
    for (const name of ['ann', 'bob']) {
      const before = await page.evaluate((name) => {
        globalThis[name].participants[0].peer.rebuild();
        return [peerConnections.length, globalThis[name].participants[0].connection.state];
      }, name);
      assert.equal(before[1], 'reconnecting');
      await until('both built another', () => page.evaluate((before) => peerConnections.length === before + 2, before[0]));
      await page.evaluate(() => paths());
      await seen('ann', 'bob');
      await seen('bob', 'ann');
    }
  });

  it('look for a path anew at the same moment and keep talking', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
      for (const connection of peerConnections) connection.restartIce();
    });
    await until('stable with a new generation', () =>
      page.evaluate(() => {
        const ufrags = (connection) => [/a=ice-ufrag:(\S+)/.exec(connection.localDescription.sdp)[1], /a=ice-ufrag:(\S+)/.exec(connection.remoteDescription.sdp)[1]];
        const [one, other] = peerConnections;
        return one.signalingState === 'stable' && other.signalingState === 'stable' && ufrags(one).join() === ufrags(other).reverse().join();
      }),
    );
    await page.evaluate(() => paths());
    await seen('ann', 'bob');
  });
});

describe('devices', () => {
  it('switch and change without negotiation; a camera that is off is closed', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
    });
    await seen('ann', 'bob');
    const result = await page.evaluate(async () => {
      const negotiated = () => room.asked.filter((each) => each.endsWith('negotiate')).length;
      const before = negotiated();
      const camera = bob.media.camera.track;
      await bob.setCamera(false);
      const closed = camera.readyState;
      await bob.setCamera(true);
      const [first, second] = bob.media.microphones;
      const old = bob.media.microphone.track;
      const used = await bob.useMicrophone((second ?? first).id);
      const start = performance.now();
      await bob.setMicrophone(false);
      const enabled = bob.media.microphone.track.enabled;
      return { closed, used, old: old.readyState, enabled, muteMs: performance.now() - start, negotiated: negotiated() - before };
    });
    assert.deepEqual([result.closed, result.used, result.old, result.enabled], ['ended', true, 'ended', false]);
    assert.ok(result.muteMs < 100);
    assert.equal(result.negotiated, 0);
    await seen('ann', 'bob');
  });

  it('that are unplugged fall back to another and say so', async () => {
    await open();
    const result = await page.evaluate(async () => {
      await enter('ann', { microphone: true });
      await ann.setMicrophone(true);
      const problems = [];
      ann.on('problem', ({ code, message }) => problems.push({ code, message }));
      const others = () => ann.media.microphones.filter(({ id }) => id !== ann.media.microphone.deviceId);
      // The browser lists its devices a moment after it has opened one.
      while (others().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const [first] = others();
      await ann.useMicrophone(first.id);
      const track = ann.media.microphone.track;
      // What the browser does when the plug is pulled.
      const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = (constraints) =>
        constraints.audio.deviceId ? Promise.reject(new DOMException('gone', 'NotFoundError')) : real(constraints);
      track.stop();
      track.dispatchEvent(new Event('ended'));
      while (ann.media.microphone.track === track || !ann.media.microphone.track) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { problems, on: ann.media.microphone.on, live: ann.media.microphone.track.readyState };
    });
    assert.deepEqual([result.on, result.live], [true, 'live']);
    assert.equal(result.problems.length, 1);
    assert.equal(result.problems[0].code, 'microphone-changed');
  });

  it('that are refused leave one in the room, listening, with a word on what to do', async () => {
    await open();
    const result = await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      const real = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
      await enter('bob', { microphone: true, camera: true });
      await paths();
      navigator.mediaDevices.getUserMedia = real;
      const { microphone, camera } = bob.media;
      return { on: [microphone.on, camera.on], problems: [microphone.problem, camera.problem] };
    });
    assert.deepEqual(result.on, [false, false]);
    assert.deepEqual(result.problems.map(({ code }) => code), ['microphone-refused', 'camera-refused']);
    for (const { message, help } of result.problems) assert.ok(message && help);
    await seen('bob', 'ann');
    // Allowed later: it works without anything else.
    assert.equal(await page.evaluate(() => bob.setCamera(true)), true);
    await seen('ann', 'bob');
  });

  it('are missed on a page by plain http, but watching, chat and files work', async (t) => {
    const address = Object.values(networkInterfaces()).flat().find((each) => each.family === 'IPv4' && !each.internal)?.address;
    if (!address) return t.diagnostic('this machine has no other address than its own');
    await open({ host: address });
    const result = await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      const draw = () => {
        canvas.getContext('2d').fillRect(Math.random() * 300, 0, 9, 9);
        setTimeout(draw, 40);
      };
      draw();
      await enter('ann', { camera: canvas.captureStream().getVideoTracks()[0] });
      await enter('bob', { microphone: true });
      await paths();
      const message = await ann.offerFile(new File(['over plain http'], 'a.txt'));
      while (bob.chat.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const text = await (await bob.fetchFile(message.file).blob).text();
      return { secure: isSecureContext, available: bob.media.available, problem: bob.media.microphone.problem?.code, text };
    });
    assert.deepEqual(result, { secure: false, available: false, problem: 'insecure-page', text: 'over plain http' });
    await seen('bob', 'ann');
  });

  it('measure a voice and find who speaks', async () => {
    await open();
    await page.evaluate(async () => {
      const context = new AudioContext();
      globalThis.voice = (gain) => {
        const tone = new OscillatorNode(context, { frequency: 300 });
        const volume = (globalThis.volume = new GainNode(context, { gain }));
        const out = context.createMediaStreamDestination();
        tone.connect(volume).connect(out);
        tone.start();
        return out.stream.getAudioTracks()[0];
      };
      await enter('ann', { microphone: voice(0) });
      await enter('bob', { microphone: voice(0) });
      await paths();
    });
    await until('silence', () => page.evaluate(() => !ann.participants[0].speaking && !bob.me.speaking));
    const took = await page.evaluate(async () => {
      const start = performance.now();
      volume.gain.value = 0.5;
      while (ann.activeSpeaker?.identity !== 'bob' || !bob.me.speaking) await new Promise((resolve) => setTimeout(resolve, 10));
      return performance.now() - start;
    });
    assert.ok(took < 1500, `${took} ms`);
    await page.evaluate(() => (volume.gain.value = 0));
    await until('silence again', () => page.evaluate(() => !ann.participants[0].speaking && !bob.me.speaking));
  });

  it('of sound wait for a click where the browser wants one', async () => {
    // By the page itself, which tells the server: what a test evaluates counts as a person's doing.
    told.length = 0;
    await open({ args: ['--autoplay-policy=document-user-activation-required'], path: 'listen' });
    await until('sound blocked', () => told.at(-1) === 'true', { timeout: 30_000 });
    await page.click('button');
    await until('sound', () => told.at(-1) === 'false');
  });
});

describe('shares', () => {
  it('of several people run at once, with sound, and stop from the page or the browser', async () => {
    await open();
    await page.evaluate(async () => {
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = document.createElement('canvas');
        const draw = () => {
          canvas.getContext('2d').fillRect(Math.random() * 300, 0, 9, 9);
          setTimeout(draw, 40);
        };
        draw();
        const stream = canvas.captureStream();
        const out = new AudioContext().createMediaStreamDestination();
        stream.addTrack(out.stream.getAudioTracks()[0]);
        return stream;
      };
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await enter('cem');
      await paths();
      // All three in the same moment: offers meet.
      globalThis.shares = await Promise.all([ann.shareScreen({ audio: true }), bob.shareScreen(), cem.shareScreen(), ann.shareScreen()]);
    });
    const pictures = (who) =>
      page.evaluate((who) => {
        const screens = globalThis[who].participants.flatMap(({ tracks }) => tracks.filter(({ source }) => source === 'screen'));
        return screens.filter((track) => frames(track) > 2).length;
      }, who);
    await until('ann sees two', async () => (await pictures('ann')) === 2);
    await until('bob sees three', async () => (await pictures('bob')) === 3);
    await until('cem sees three', async () => (await pictures('cem')) === 3);
    const sound = await page.evaluate(() => cem.participants.map((each) => each.tracks.filter(({ source }) => source === 'screenAudio').length));
    assert.deepEqual(sound, [2, 1]);
    await page.evaluate(() => {
      ann.stopShare(shares[0].id);
      shares[1].video.mediaStreamTrack.dispatchEvent(new Event('ended'));
    });
    await until('two left', () => page.evaluate(() => cem.participants.flatMap(({ tracks }) => tracks).filter(({ source }) => source === 'screen').length === 1));
    assert.equal(await page.evaluate(() => bob.shares.length), 0);
    await seen('cem', 'ann');
    // One who comes later sees what runs.
    await page.evaluate(async () => {
      await enter('dan');
      await paths();
    });
    await until('dan sees two', async () => (await pictures('dan')) === 2);
  });
});

describe('data and files', () => {
  it('arrive as they were sent', async () => {
    await open();
    const result = await page.evaluate(async () => {
      await enter('ann');
      await enter('bob');
      const got = [];
      bob.on('message', (data, from, reliable) => got.push([typeof data === 'string' ? data : [...new Uint8Array(data)], from.identity, reliable]));
      // Before the path stands: reliable messages wait for it.
      while (!ann.participants.length) await new Promise((resolve) => setTimeout(resolve, 1));
      ann.send('early');
      await paths();
      ann.send(new Uint8Array([1, 2, 3]));
      while (got.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
      ann.send('fast', { reliable: false });
      while (got.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
      let refused;
      try {
        ann.send('x'.repeat(65537));
      } catch (error) {
        refused = error.code;
      }
      return { got, refused, nobody: ann.send('x', { to: 'zoe' }) };
    });
    assert.deepEqual(result.got, [['early', 'ann', true], [[1, 2, 3], 'ann', true], ['fast', 'ann', false]]);
    assert.deepEqual([result.refused, result.nobody], ['too-large', 0]);
  });

  it('of 20 MB arrive whole over a rebuilt connection', async () => {
    await open();
    const result = await page.evaluate(async () => {
      await enter('ann');
      await enter('bob');
      await paths();
      const bytes = new Uint8Array(20_000_000).map((_, at) => at * 7 + (at >> 8));
      const { file } = await ann.offerFile(new File([bytes], 'big.bin'));
      while (bob.chat.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
      const start = performance.now();
      const transfer = bob.fetchFile(file);
      while (transfer.receivedBytes < 4_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
      ann.participants[0].peer.rebuild();
      const blob = await transfer.blob;
      const took = performance.now() - start;
      const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
      const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { size: blob.size, same: hex === file.sha256, took, connections: peerConnections.length };
    });
    assert.equal(result.size, 20_000_000);
    assert.equal(result.same, true);
    assert.ok(result.connections > 2);
  });
});

/** A page in which `enter(NAME, options)` brings somebody into `room` as the global NAME. */
async function open({ host = 'localhost', args, path = '' } = {}) {
  browser = await openChromium({ args });
  page = browser.page;
  await page.goto(`http://${host}:${pages.address().port}/${path}`);
}

/** In the page: one who only listens. */
async function listenOnly() {
  await enter('ann', { microphone: new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] });
  await enter('bob');
  bob.on('change', () => fetch(`/told/${bob.audioBlocked}`));
  document.querySelector('button').onclick = () => bob.resumeAudio();
}

/** Pictures of `whom` move for `who`. */
async function seen(who, whom) {
  const count = () =>
    page.evaluate(([who, whom]) => frames(globalThis[who].participant(whom)?.track('camera')), [who, whom]);
  const before = await count();
  await until(`${who} sees ${whom}`, async () => (await count()) > before + 2);
}

async function clientWithRoom() {
  const entry = `
    import { Meeting } from '${new URL('../sdk/src/meeting.ts', import.meta.url).pathname}';
    import { FakeRoom } from '${new URL('../sdk/test/fake-room.ts', import.meta.url).pathname}';
    const room = (globalThis.room = new FakeRoom());
    const store = () => {
      const values = new Map();
      return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
    };
    const names = [];
    globalThis.enter = async (name, options = {}) => {
      if (!names.includes(name)) names.push(name);
      globalThis[name] = await new Meeting('room', { storage: { session: store(), device: store() }, ...options }, room.open(name)).entering;
    };
    globalThis.paths = async () => {
      const stand = () => names.every((name) => globalThis[name].participants.length === names.length - 1 && globalThis[name].participants.every((each) => each.connection.state === 'connected'));
      while (!stand()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    // Attached once, so that the browser decodes it.
    const shown = new Map();
    globalThis.frames = (track) => {
      if (!track || track.ended) return 0;
      if (!shown.has(track)) {
        shown.set(track, track.attach());
        document.body.append(shown.get(track));
      }
      return shown.get(track).getVideoPlaybackQuality().totalVideoFrames;
    };
  `;
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [{ name: 'entry', resolveId: (id) => (id === 'entry' ? id : undefined), load: (id) => (id === 'entry' ? entry : undefined) }],
    build: { write: false, minify: false, modulePreload: false, rollupOptions: { input: 'entry', output: { format: 'iife' } } },
  });
  return output[0].code;
}
