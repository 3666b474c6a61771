// What a person does on the pages, in words. Works on Chromium's page and on Firefox's.

/** Opens the room's page and presses Join; returns at the moment of the press. */
export async function enter(page, url, room, name, { camera = true, microphone = true } = {}) {
  await page.goto(`${url}/r/${room}`);
  await page.waitForSelector('[data-prejoin]');
  await page.evaluate(() => document.querySelector('[data-prejoin] input').focus());
  await typeName(page, name);
  for (const [device, wanted] of Object.entries({ camera, microphone })) {
    await settle(page, device, wanted);
  }
  await page.click('[data-join]');
  return performance.now();
}

/** What a page shows of somebody. */
export const tileOf = (page, name) =>
  page.evaluate((name) => {
    const tiles = [...document.querySelectorAll('[data-participant][data-source=camera]')].filter((tile) => tile.dataset.name === name);
    return tiles.length === 1 ? { ...tiles[0].dataset, words: tiles[0].innerText } : undefined;
  }, name);

/** Names of all tiles, in order of the alphabet: who is there, and whether anybody is there twice. */
export const namesOn = (page) =>
  page.evaluate(() => [...document.querySelectorAll('[data-participant]')].map((tile) => tile.dataset.name).sort());

/** Opens the chat if it is closed, and sends. */
export async function write(page, text) {
  await openPanel(page, 'chat');
  await page.fill('[data-panel=chat] textarea', text);
  await page.keyboard.press('Enter');
}

export const messagesOn = (page) =>
  page.evaluate(() => [...document.querySelectorAll('article[data-message]')].map((each) => `${each.querySelector('.text')?.innerText} (${each.dataset.state})`).sort());

/** By its button in the bar, or by its key. */
export async function openPanel(page, panel, key) {
  if (!(await page.$(`[data-panel=${panel}]`))) {
    await (key ? page.keyboard.press(key) : page.click(`[data-tool=${panel}]`));
    await page.waitForSelector(`[data-panel=${panel}]`);
  }
}

async function typeName(page, name) {
  await page.evaluate(() => {
    const field = document.querySelector('[data-prejoin] input');
    field.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await page.keyboard.type(name);
}

async function settle(page, device, wanted) {
  const selector = `[data-prejoin] [data-device=${device}]`;
  await page.waitForSelector(`${selector}:not([disabled])`);
  const on = await page.evaluate((s) => document.querySelector(s).dataset.on === 'true', selector);
  if (on !== wanted) {
    await page.click(selector);
    await page.waitForSelector(`${selector}[data-on=${wanted}]:not([disabled])`);
  }
}

/** Enters and waits until the room is there; quick where pictures do not matter. */
export async function come(page, url, room, name, devices) {
  const pressed = await enter(page, url, room, name, devices);
  await page.waitForSelector('[data-room-state=connected]');
  return pressed;
}

/** The texts of the open chat, oldest first. */
export function messages(page) {
  return page.$$eval('[data-message] .text', (all) => all.map((each) => each.textContent.trim()));
}
