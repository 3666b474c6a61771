// Makes the pictures of the README, docs/images/room.png and room.ko.png: node pictures.js
// The faces are drawn by ffmpeg: a warm light, a head and shoulders that sway a little.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openChromium } from './browsers.js';
import { come, openPanel, write } from './people.js';
import { startServer } from './server.js';

const target = new URL('../../docs/images/', import.meta.url).pathname;

const people = [
  { wall: [214, 196, 170], light: [250, 236, 210], coat: [52, 92, 110], skin: [226, 178, 146], hair: [48, 36, 32] },
  { wall: [150, 176, 168], light: [226, 240, 226], coat: [176, 84, 62], skin: [198, 146, 112], hair: [32, 26, 28] },
  { wall: [164, 160, 192], light: [236, 226, 244], coat: [92, 104, 66], skin: [238, 196, 168], hair: [120, 76, 44] },
];

const words = {
  'en-US': {
    file: 'room.png',
    room: 'morning-yard',
    names: ['Mina', 'June', 'Theo'],
    said: [[1, 'Good morning! The map looks lovely.'], [2, 'Shall we begin with the lanterns?'], [0, 'Yes. I hold the list: https://example.org/lanterns'], [1, 'I share my screen in a minute.']],
  },
  'ko-KR': {
    file: 'room.ko.png',
    room: '아침마당',
    names: ['미나', '준', '태오'],
    said: [[1, '좋은 아침이에요! 지도가 참 예쁘네요.'], [2, '등불 이야기부터 할까요?'], [0, '네. 목록은 여기 있어요: https://example.org/lanterns'], [1, '잠시 뒤에 화면을 공유할게요.']],
  },
};

/** A camera's film: one colour for each place of the picture, told to ffmpeg as a formula. */
function film(folder, at) {
  const { wall, light, coat, skin, hair } = people[at];
  const sway = `(6*sin(T*1.6+${at}))`;
  const inside = (x, y, w, h) => `lt(pow((X-${x}-${sway})/${w},2)+pow((Y-${y})/${h},2),1)`;
  const head = inside(320, 190, 66, 84);
  const crown = inside(320, 168, 80, 88);
  const neck = `lt(abs(X-320-${sway}),30)*between(Y,240,310)`;
  const body = inside(320, 420, 190, 130);
  const window = `between(X,${at === 1 ? 470 : 60},${at === 1 ? 590 : 180})*between(Y,50,220)`;
  const plane = (part) =>
    `if(${head}*gt(Y,150),${skin[part]},if(${neck},${skin[part] * 0.88},if(${body},${coat[part]}+Y/24,if(${crown},${hair[part]},` +
    `if(${window},${light[part]},${wall[part]}-Y/12+X/40)))))`;
  const path = join(folder, `${at}.mjpeg`);
  execFileSync('ffmpeg', [
    '-loglevel', 'error', '-f', 'lavfi', '-i', 'nullsrc=size=640x480:rate=10:duration=1',
    '-vf', `format=gbrp,geq=r='${plane(0)}':g='${plane(1)}':b='${plane(2)}',gblur=sigma=1.2,format=yuvj420p`,
    '-q:v', '3', '-f', 'mjpeg', path,
  ]);
  return path;
}

const folder = mkdtempSync(join(tmpdir(), 'madang-pictures-'));
mkdirSync(target, { recursive: true });
const films = people.map((_, at) => film(folder, at));
const server = await startServer();
try {
  for (const [locale, { file, room, names, said }] of Object.entries(words)) {
    const browsers = [];
    for (const [at, name] of names.entries()) {
      const one = await openChromium({ locale, args: [`--use-file-for-fake-video-capture=${films[at]}`] });
      browsers.push(one);
      await come(one.page, server.url, encodeURIComponent(room), name, { microphone: at === 1 });
    }
    const pages = browsers.map(({ page }) => page);
    await Promise.all(pages.map((page) => openPanel(page, 'chat')));
    const [mina] = pages;
    for (const [at, text] of said) {
      await write(pages[at], text);
      await mina.locator('[data-message][data-state=sent]', { hasText: text }).waitFor();
    }
    await mina.waitForFunction(
      () => [...document.querySelectorAll('[data-participant] video')].filter(({ videoWidth }) => videoWidth > 0).length === 3,
    );
    await mina.waitForFunction(() => document.querySelectorAll('[data-participant][data-link=connected]').length === 3);
    await mina.waitForFunction(() => document.querySelector('[data-notice]') === null);
    await mina.screenshot({ path: join(target, file) });
    await Promise.all(browsers.map((each) => each.close()));
  }
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
