// Who speaks, by the server, in a room of three.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openChromium, until } from './browsers.js';
import { come, tileOf } from './people.js';
import { startServer } from './server.js';

let server;
let house;
const pages = {};
const SMALL = { viewport: { width: 640, height: 480 } };
const NAMES = ['ann', 'bob', 'cem'];
const RARELY = { every: 250, timeout: 30_000 };

before(async () => {
  server = await startServer();
  house = await openChromium(SMALL);
  for (const name of NAMES) {
    pages[name] = name === 'ann' ? house.page : (await house.another(SMALL)).page;
    await pages[name].addInitScript(ownVoice);
  }
  for (const name of NAMES) await come(pages[name], server.url, 'voices', name, { camera: false });
  for (const name of NAMES) {
    for (const other of NAMES.filter((each) => each !== name)) {
      await until(`${name} has ${other} by the server`, async () => (await tileOf(pages[name], other))?.path.startsWith('server'), RARELY);
    }
  }
});

after(async () => {
  await house?.close();
  await server?.stop();
});

describe('a room of three by the server', () => {
  it('hears who speaks, each page at once', async () => {
    for (const [speaker, listeners] of [
      ['ann', ['bob', 'cem']],
      ['bob', ['ann', 'cem']],
    ]) {
      await Promise.all(NAMES.map((name) => until('silence', async () => (await speaking(name)).length === 0, RARELY)));
      const seen = listeners.map((name) => whenSpeaking(name, speaker));
      const began = await voice(speaker, true);
      const after = (await Promise.all(seen)).map((at) => Math.round(at - began));
      console.log(`    ${speaker} is seen to speak after ${after.join(' and ')} ms`);
      assert.ok(Math.max(...after) < 1000);
      await voice(speaker, false);
    }
  });
});

const speaking = (name) =>
  pages[name].evaluate(() => [...document.querySelectorAll('[data-participant][data-speaking=true]')].map((tile) => tile.dataset.name));

/** When the page of `name` shows that somebody speaks. */
const whenSpeaking = (name, whom) =>
  pages[name].evaluate(
    (whom) =>
      new Promise((resolve) => {
        const look = () => document.querySelector(`[data-participant][data-name=${whom}][data-speaking=true]`) && resolve(Date.now());
        new MutationObserver(look).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-speaking'] });
        look();
      }),
    whom,
  );

const voice = (name, on) => pages[name].evaluate((on) => globalThis.voice(on), on);

/** Runs in the page before everything else: the microphone hears a tone when the test says so, and quiet noise otherwise. */
function ownVoice() {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wish) => {
    const stream = await open(wish);
    if (!wish.audio) return stream;
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 300 });
    const gain = new GainNode(context, { gain: 0 });
    const out = new MediaStreamAudioDestinationNode(context);
    tone.connect(gain).connect(out);
    tone.start();
    globalThis.voice = (on) => {
      gain.gain.value = on ? 0.2 : 0;
      return Date.now();
    };
    for (const track of stream.getAudioTracks()) {
      track.stop();
      stream.removeTrack(track);
    }
    stream.addTrack(out.stream.getAudioTracks()[0]);
    return stream;
  };
}
