// A whole meeting without touching the mouse.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChromium, PHONE, until } from '../browsers.js';
import { enter, messagesOn, tileOf } from '../people.js';
import { startServer } from '../server.js';

/** Presses Tab until something that fits has the focus. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 60; presses++) {
    if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab never came to ${selector}`);
}

test('a whole meeting by keyboard: room, join, mute, chat, hand, the list of keys, leave', async () => {
  const server = await startServer();
  const house = await openChromium();
  try {
    const { page, context } = house;
    const friend = await house.another();
    await enter(friend.page, server.url, 'keys', 'June', { camera: false, microphone: false });
    await friend.page.waitForSelector('[data-room-state=connected]');
    const mina = () => tileOf(friend.page, 'Mina');

    await page.goto(server.url);
    await tabTo(page, 'form input');
    await page.keyboard.type('keys');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-prejoin] [data-device=microphone][data-on=true]');
    await tabTo(page, '[data-prejoin] #name');
    await page.keyboard.type('Mina');
    await tabTo(page, '[data-join]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-room-state=connected]');
    await until('June sees Mina speak', async () => (await mina())?.muted === 'false');

    await page.keyboard.press('m');
    await until('muted', async () => (await mina())?.muted === 'true');
    await page.keyboard.press('h');
    await until('the hand is up', async () => (await mina())?.hand === '1');
    await page.keyboard.press('h');
    await until('the hand is down', async () => (await mina())?.hand === undefined);

    // Hold Space to talk, let it go to be quiet.
    await page.keyboard.down('Space');
    await until('talking', async () => (await mina())?.muted === 'false');
    await page.keyboard.up('Space');
    await until('quiet', async () => (await mina())?.muted === 'true');

    // Also where the button was clicked: Space is then for talking, and presses nothing when let go.
    await page.click('[data-tool=mic]');
    await until('on by the button', async () => (await mina())?.muted === 'false');
    await page.click('[data-tool=mic]');
    await until('off by the button', async () => (await mina())?.muted === 'true');
    await page.keyboard.down('Space');
    await until('talking over the button', async () => (await mina())?.muted === 'false');
    await page.keyboard.up('Space');
    await until('quiet over the button', async () => (await mina())?.muted === 'true');
    assert.equal(await page.getAttribute('[data-tool=mic]', 'aria-label'), 'Turn microphone on');

    // A button that keys came to is pressed by it.
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Space');
    await until('on by Space', async () => (await mina())?.muted === 'false');
    await page.keyboard.press('Space');
    await until('off by Space', async () => (await mina())?.muted === 'true');

    await page.keyboard.press('c');
    await page.waitForSelector('[data-panel=chat] textarea:focus');
    await page.keyboard.type('hello, m and h are only letters here');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.waitForSelector('[data-panel]', { state: 'detached' });
    await friend.page.click('[data-tool=chat]');
    await until('June reads it', async () => (await messagesOn(friend.page)).length === 1);
    assert.equal((await mina()).hand, undefined);

    await page.keyboard.press('?');
    await page.waitForSelector('dialog [data-shortcuts]');
    const keys = await page.innerText('dialog [data-shortcuts]');
    for (const does of ['Microphone on or off', 'Raise or lower the hand', 'Chat', 'Hold to talk', 'This list']) {
      assert.ok(keys.includes(does), does);
    }
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });

    // The same by the bar: one stop for Tab, arrows inside, a menu, and away by the last button.
    await tabTo(page, '[data-tool]');
    await page.keyboard.press('Home');
    while (!(await page.evaluate(() => document.activeElement.dataset.tool === 'react'))) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[role=menu] [role=menuitem]:focus');
    await page.keyboard.press('Enter');
    await until('the hand is up again', async () => (await mina())?.hand === '1');
    await tabTo(page, '.leave');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-lost=left]');
    await until('June is alone', async () => (await mina()) === undefined);
    await context.close();
    assert.deepEqual(house.problems, []);
  } finally {
    await house.close();
    await server.stop();
  }
});

test('the first page and the page before a room begin at their field, but on a phone, where its keyboard would cover them', async () => {
  const server = await startServer();
  const house = await openChromium();
  try {
    const { page: hand, context: phone } = await house.another({ viewport: PHONE });
    for (const [path, field, ready] of [['/', '#room', 'form'], ['/r/keys', '#name', '[data-prejoin]']]) {
      await house.page.goto(server.url + path);
      await house.page.waitForSelector(`${field}:focus`);
      await hand.goto(server.url + path);
      await hand.waitForSelector(ready);
      assert.equal(await hand.evaluate(() => document.activeElement === document.body), true, path);
    }
    await phone.close();
    assert.deepEqual(house.problems, []);
  } finally {
    await house.close();
    await server.stop();
  }
});
