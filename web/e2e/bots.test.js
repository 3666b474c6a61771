// Bots in rooms: the programs of docs/bots.md as they stand there, and real browsers that come to them.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openChromium, received, seesAndHears, until } from './browsers.js';
import { makeFilm } from './film.js';
import { come, namesOn, tileOf } from './people.js';
import { startProgram } from './server.js';

const document = readFileSync(new URL('../../docs/bots.md', import.meta.url), 'utf8');
const programs = [...document.matchAll(/```java\n(import [\s\S]*?)```/g)].map(([, code]) => code);
const folder = mkdtempSync(join(tmpdir(), 'madang-bots-'));
let ann;

before(async () => {
  ann = await openChromium();
});

after(async () => {
  await ann?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A program of the document, with free ports and a folder of its own. */
function start(name, ...words) {
  const code = programs.find((each) => each.includes(`join("${name}")`));
  const settings = { 'http.port': 0, 'udp.port': 0, 'metrics.port': 0, data: join(folder, name) };
  const more = Object.entries(settings).map(([key, value]) => `, "${key}", "${value}"`).join('');
  const file = join(folder, `${name}.java`);
  writeFileSync(file, code.replace('"signal.open", "true"', (open) => open + more));
  return startProgram(file, ...words);
}

describe('a bot that echoes', () => {
  let server;
  before(async () => {
    server = await start('Echo');
  });
  after(() => server?.stop());

  it('gives back what a page shows and says, in its own tile', async () => {
    await come(ann.page, server.url, 'yard', 'Ann');
    await until('both tiles', async () => (await namesOn(ann.page)).toSorted().join() === 'Ann,Echo');
    await until('its picture', async () => (await tileOf(ann.page, 'Echo'))?.camera === 'true');
    await seesAndHears(ann.page);
    assert.equal((await tileOf(ann.page, 'Echo')).program, 'true');
    // Nobody else is there, so this is Ann's own camera: of the same shape, in one of the sizes that she sends.
    const shapes = () =>
      ann.page.evaluate(() =>
        [...document.querySelectorAll('[data-participant] video')].map(({ videoWidth, videoHeight }) => (videoWidth / videoHeight).toFixed(2)),
      );
    await until('two pictures of one shape', async () => {
      const [one, other] = await shapes();
      return one === other && one === '1.78';
    });
  });

  it('goes on for seconds of sound without a gap that is heard', async () => {
    const concealed = () =>
      ann.page.evaluate(async () => {
        const sum = { all: 0, concealed: 0 };
        for (const connection of globalThis.peerConnections) {
          for (const value of (await connection.getStats()).values()) {
            if (value.type !== 'inbound-rtp' || value.kind !== 'audio') continue;
            sum.all += value.totalSamplesReceived ?? 0;
            sum.concealed += (value.concealedSamples ?? 0) - (value.silentConcealedSamples ?? 0);
          }
        }
        return sum;
      });
    const from = await concealed();
    let now = from;
    await until('five seconds of sound', async () => (now = await concealed()).all - from.all > 5 * 48_000);
    assert.ok((now.concealed - from.concealed) / (now.all - from.all) < 0.1, JSON.stringify({ from, now }));
  });

  it('answers messages', async () => {
    const { page } = await ann.another();
    await page.goto(`${server.url}/trust`);
    const said = await page.evaluate(async () => {
      const { join } = await import('/sdk/madang.js');
      const room = await join('yard', { name: 'Bob' });
      const answer = new Promise((resolve) => room.on('message', resolve));
      while (room.send('hello 한글') === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      const heard = await answer;
      await room.leave();
      return heard;
    });
    assert.equal(said, 'hello 한글');
    await page.context().close();
  });
});

describe('a bot that plays a film', () => {
  const films = ['VP8', 'H264'].map((codec) => ({ codec, ivf: join(folder, `${codec}.ivf`), ogg: join(folder, `${codec}.opus`) }));

  before(async () => {
    // Encoders are for secure pages, such as those of this computer.
    const server = await start('Echo');
    const { page, context } = await ann.another();
    await page.goto(`${server.url}/trust`);
    for (const film of films) await makeFilm(page, { seconds: 12, ...film });
    await context.close();
    await server.stop();
  });

  for (const { codec, ivf, ogg } of films) {
    it(`is seen and heard in ${codec} by who comes, until the film is over`, async () => {
      const player = await start('Player', ivf, ogg);
      try {
        await come(ann.page, player.url, 'yard', 'Ann', { camera: false, microphone: false });
        await until('its tile', async () => (await tileOf(ann.page, 'Player'))?.camera === 'true');
        await seesAndHears(ann.page);
        const { frames } = await received(ann.page);
        await until('a second of film', async () => (await received(ann.page)).frames > frames + 15);
        const size = await ann.page.evaluate(() => {
          const { videoWidth, videoHeight } = document.querySelector('[data-participant] video');
          return `${videoWidth}x${videoHeight}`;
        });
        assert.equal(size, '320x240');
        await player.over();
      } finally {
        await player.stop();
      }
    });
  }
});
