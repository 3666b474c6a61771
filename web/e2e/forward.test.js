// The client on its way through a server: several people in one page, and a server made of the
// browser's own connections, so that the room changes over exactly when the test wants it.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, afterEach, before, describe, it } from 'node:test';
import { build } from 'vite';
import { openChromium, until } from './browsers.js';

let pages;
let browser;
let page;

before(async () => {
  const bundle = await clientWithHall();
  pages = createServer((request, response) => {
    const script = request.url === '/room.js';
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ? bundle : '<!doctype html><meta charset="utf-8"><body><script src="/room.js"></script>');
  }).listen(0);
});

after(() => pages?.close());

afterEach(async () => {
  await browser?.close();
  browser = undefined;
});

describe('people whose room goes through the server', () => {
  it('see and hear each other by two connections each, whatever the number of people', async () => {
    await open();
    await page.evaluate(async () => {
      room.turn('server');
      for (const name of ['ann', 'bob', 'cem']) await enter(name, { microphone: true, camera: true });
      await paths();
    });
    for (const who of ['ann', 'bob', 'cem']) for (const whom of ['ann', 'bob', 'cem']) if (who !== whom) await seen(who, whom);
    await until('sound', () => page.evaluate(() => ann.participants.every(({ level }) => level > 0)));
    const result = await page.evaluate(async () => {
      await ann.stats();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const stats = await ann.stats();
      return {
        who: stats.map(({ identity }) => identity),
        paths: [...new Set(stats.map(({ path, transport }) => `${path} ${transport}`))],
        incoming: stats.slice(0, 2).map(({ incoming }) => incoming.map(({ source }) => source).sort().join()),
        outgoing: stats[2].outgoing.some(({ source, bitrate }) => source === 'camera' && bitrate > 0),
        peers: ann.participants.filter(({ peer }) => peer).length,
        negotiated: room.asked.filter((each) => each.endsWith('negotiate')).length,
        connection: ann.participants[0].connection.path,
      };
    });
    assert.deepEqual(result, {
      who: ['bob', 'cem', 'ann'],
      paths: ['server udp'],
      incoming: ['camera,microphone', 'camera,microphone'],
      outgoing: true,
      peers: 0,
      negotiated: 0,
      connection: 'server',
    });
  });

  it('have a picture and sound all through the change from direct to the server and back', async () => {
    await open();
    await page.evaluate(async () => {
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
    });
    await seen('ann', 'bob');
    await seen('bob', 'ann');
    for (const [topology, path] of [
      ['server', 'server'],
      ['mesh', 'direct'],
    ]) {
      await page.evaluate((topology) => {
        watchGaps(ann, 'bob');
        room.turn(topology);
      }, topology);
      await until(`${topology} alone`, () =>
        page.evaluate(
          (topology) =>
            topology === 'server'
              ? [ann, bob].every(({ participants, route }) => !participants[0].peer && route.down?.state === 'connected')
              : [ann, bob].every(({ participants, route }) => participants[0].peer && !route.down && !route.up),
          topology,
        ),
      );
      await seen('ann', 'bob');
      await seen('bob', 'ann');
      const gaps = await page.evaluate(async () => {
        await ann.stats();
        return { ...globalThis.gaps(), path: ann.participants[0].connection.path };
      });
      assert.deepEqual(gaps, { black: 0, silent: 0, path });
    }
    assert.equal(await page.evaluate(() => hall.downs.size), 0);
  });

  it('get another connection when one is lost', async () => {
    await open();
    await page.evaluate(async () => {
      room.turn('server');
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true, camera: true });
      await paths();
    });
    await seen('ann', 'bob');
    await page.evaluate(() => {
      room.tell('ann', 'connectionLost', { connection: ann.route.down.name, up: false, reason: 'x' });
      room.tell('bob', 'connectionLost', { connection: bob.route.up.name, up: true, reason: 'x' });
      // Of one that is no more.
      room.tell('bob', 'connectionLost', { connection: 'another', up: false, reason: 'x' });
      globalThis.before = [ann.route.down, bob.route.up];
    });
    await until('others', () =>
      page.evaluate(() => [ann.route.down, bob.route.up].every((link, at) => link && link !== before[at] && link.state === 'connected')),
    );
    await seen('ann', 'bob');
  });

  it('say what they look at, and pin', async () => {
    await open();
    await page.evaluate(async () => {
      room.turn('server');
      for (const name of ['ann', 'bob', 'cem']) await enter(name, { camera: true });
      await paths();
    });
    await until('nothing is looked at', () => page.evaluate(() => hall.looks.get('ann')?.sights.length === 0));
    await page.evaluate(() => {
      for (const [at, { identity }] of ann.participants.entries()) {
        const video = ann.participant(identity).track('camera').attach();
        video.style = `display: block; width: 200px; height: ${100 + at * 50}px`;
        document.body.prepend(video);
        globalThis[`${identity}Video`] = video;
      }
      ann.pin(ann.participant('bob').track('camera'));
    });
    await until('both', () =>
      page.evaluate(() => JSON.stringify(hall.looks.get('ann').sights.map(({ from, height, pinned }) => [from, height, pinned])) === '[["bob",100,true],["cem",150,false]]'),
    );
    await page.evaluate(() => (cemVideo.style.display = 'none'));
    await until('one', () => page.evaluate(() => hall.looks.get('ann').sights.length === 1));
    await page.evaluate(() => ann.participant('bob').track('camera').detach());
    await until('none', () => page.evaluate(() => hall.looks.get('ann').sights.length === 0));
  });

  it('mute, share and come late without losing anything', async () => {
    await open();
    await page.evaluate(async () => {
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = document.body.appendChild(document.createElement('canvas'));
        const draw = () => {
          canvas.getContext('2d').fillRect(Math.random() * 300, 0, 9, 9);
          setTimeout(draw, 40);
        };
        draw();
        return canvas.captureStream();
      };
      room.turn('server');
      await enter('ann', { microphone: true, camera: true });
      await enter('bob', { microphone: true });
      await paths();
      await ann.setCamera(false);
      globalThis.share = await ann.shareScreen();
      await enter('cem');
      await paths();
    });
    const screens = (who) => page.evaluate((who) => globalThis[who].participant('ann').tracks.filter((track) => track.source === 'screen' && frames(track) > 2).length, who);
    await until('bob sees the screen', async () => (await screens('bob')) === 1);
    await until('cem sees the screen', async () => (await screens('cem')) === 1);
    await page.evaluate(async () => {
      ann.stopShare(share.id);
      await ann.setCamera(true);
    });
    await seen('cem', 'ann');
    assert.deepEqual(await page.evaluate(() => bob.participant('ann').tracks.map(({ source }) => source)), ['microphone', 'camera']);
  });
});

async function open() {
  browser = await openChromium();
  page = browser.page;
  await page.goto(`http://localhost:${pages.address().port}/`);
}

/** Pictures of `whom` move for `who`. */
async function seen(who, whom) {
  const count = () => page.evaluate(([who, whom]) => frames(globalThis[who].participant(whom)?.track('camera')), [who, whom]);
  const before = await count();
  await until(`${who} sees ${whom}`, async () => (await count()) > before + 2);
}

async function clientWithHall() {
  const entry = `
    import { Meeting } from '${new URL('../sdk/src/meeting.ts', import.meta.url).pathname}';
    import { FakeRoom } from '${new URL('../sdk/test/fake-room.ts', import.meta.url).pathname}';
    import { FakeHall } from '${new URL('../sdk/test/fake-hall.ts', import.meta.url).pathname}';
    const room = (globalThis.room = new FakeRoom());
    globalThis.hall = new FakeHall(room);
    const store = () => {
      const values = new Map();
      return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
    };
    const names = [];
    globalThis.enter = async (name, options = {}) => {
      names.push(name);
      globalThis[name] = await new Meeting('room', { storage: { session: store(), device: store() }, ...options }, room.open(name)).entering;
    };
    globalThis.paths = async () => {
      const stand = () => names.every((name) => globalThis[name].participants.length === names.length - 1 && globalThis[name].participants.every((each) => each.connection.state === 'connected'));
      while (!stand()) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    // Attached once; elements of a page are never exchanged.
    const shown = new Map();
    globalThis.frames = (track) => {
      if (!track || track.ended) return 0;
      if (!shown.has(track)) {
        const video = track.attach();
        let count = 0;
        const next = () => {
          count++;
          video.requestVideoFrameCallback(next);
        };
        video.requestVideoFrameCallback(next);
        document.body.append(video);
        shown.set(track, { video, count: () => count });
      }
      return shown.get(track).count();
    };
    /** How often what was shown of somebody carried nothing, looked at every 20 ms. */
    globalThis.watchGaps = (meeting, whom) => {
      const { video } = shown.get(meeting.participant(whom).track('camera'));
      const gaps = { black: 0, silent: 0 };
      const dead = (source) => {
        const media = meeting.participant(whom).track(source).mediaStreamTrack;
        return !media || media.muted || media.readyState === 'ended';
      };
      const timer = setInterval(() => {
        if (dead('camera') || video.readyState < 2 || video.videoWidth === 0) gaps.black++;
        if (dead('microphone')) gaps.silent++;
      }, 20);
      globalThis.gaps = () => {
        clearInterval(timer);
        return gaps;
      };
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
