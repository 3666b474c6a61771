// A tab is shared with its sound.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openChromium, received, until } from './browsers.js';
import { come } from './people.js';
import { startServer } from './server.js';

let server;
const open = [];

before(async () => {
  server = await startServer();
});
after(() => server?.stop());
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())));

// A board with letters, one half white, and a tone.
const board = `<!doctype html><meta charset="utf-8"><title>The board</title>
<body style="margin:0;background:linear-gradient(90deg,#fff 50%,#14508c 50%);height:100vh;font:64px serif">
<p id="words">Read me</p><script>
  const sound = new AudioContext(), tone = sound.createOscillator(), gain = sound.createGain();
  gain.gain.value = 0.3; tone.connect(gain).connect(sound.destination); tone.start();
  let n = 0; setInterval(() => (words.textContent = 'Read me ' + n++), 100);
</script>`;

test('a shared tab is large, sharp and heard by the others within two seconds, and ends from the page', async () => {
  const [mina, june] = await Promise.all([
    openChromium({ media: false, audible: true, args: ['--auto-select-tab-capture-source-by-title=The board'] }),
    openChromium(),
  ]);
  open.push(mina, june);
  await mina.context.route('**/board', (route) => route.fulfill({ contentType: 'text/html', body: board }));
  const tab = await mina.context.newPage();
  await tab.goto(`${server.url}/board`);
  await mina.page.bringToFront();
  await come(mina.page, server.url, 'share', 'Mina', { camera: false, microphone: false });
  await come(june.page, server.url, 'share', 'June', { camera: false, microphone: false });
  await june.page.waitForSelector('[data-name=Mina][data-link=connected]');
  const silent = (await received(june.page)).energy;

  await mina.page.click('[data-tool=share]');
  const pressed = performance.now();
  await june.page.waitForSelector('[data-source=screen][data-large=true][data-name=Mina] video');
  const picture = await until('the picture of the tab', () =>
    june.page.evaluate(() => {
      const video = document.querySelector('[data-source=screen] video');
      if (!(video?.videoWidth > 0 && video.currentTime > 0)) return false;
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      const pen = canvas.getContext('2d');
      pen.drawImage(video, 0, 0);
      const at = (x, y) => [...pen.getImageData(canvas.width * x, canvas.height * y, 1, 1).data].slice(0, 3);
      const [white, blue] = [at(0.3, 0.6), at(0.7, 0.6)];
      return white.every((part) => part > 225) && blue[2] > 100 && blue[0] < 70
        ? { width: canvas.width, height: canvas.height, shown: video.getBoundingClientRect().width }
        : false;
    }),
  );
  const took = performance.now() - pressed;
  console.log(`    seen large after ${Math.round(took)} ms, ${picture.width}×${picture.height}`);
  assert.ok(took < 2000, `${Math.round(took)} ms`);
  assert.ok(picture.shown > 700, `shown ${picture.shown} wide`);
  await until('the sound of the tab', async () => (await received(june.page)).energy > silent + 0.001);
  console.log(`    heard after ${Math.round(performance.now() - pressed)} ms`);
  await until('every letter: the size of the tab arrives', () =>
    june.page.evaluate(() => document.querySelector('[data-source=screen] video').videoWidth >= 1200),
  );

  assert.equal(await mina.page.getAttribute('[data-tool=share]', 'aria-label'), 'Stop sharing');
  assert.equal((await mina.page.textContent('[data-source=screen] [data-stop-share]')).trim(), 'Stop sharing');
  await mina.page.click('[data-stop-share]');
  await june.page.waitForSelector('[data-source=screen]', { state: 'detached' });
  await mina.page.waitForSelector('[data-source=screen]', { state: 'detached' });
  assert.equal(await mina.page.getAttribute('[data-tool=share]', 'aria-label'), 'Share your screen');
  assert.deepEqual([mina.problems, june.problems], [[], []]);
});
