// Real browsers with fake cameras and microphones, each in a profile of its own.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Processes that wait for their next person, by what they were started with. */
const idle = new Map();
let over = false;

after(async () => {
  over = true;
  await Promise.all([...idle.values()].flat().map((each) => each.end()));
});

/** A Chromium process: one that another person has left, or a new one. */
async function processOf({ args, namespace, home, media, audible }) {
  const kind = JSON.stringify([args, namespace, home, media, audible]);
  const waiting = idle.get(kind) ?? idle.set(kind, []).get(kind);
  const ready = waiting.pop();
  if (ready) return ready;
  const folder = mkdtempSync(join(tmpdir(), 'madang-chromium-'));
  const browser = await chromium.launch({
    executablePath: namespace ? inNamespace(folder, namespace) : '/usr/bin/chromium',
    ignoreDefaultArgs: audible ? ['--mute-audio'] : [],
    args: [...FLAGS.filter((flag) => media || !flag.includes('fake')), ...args],
    env: { ...process.env, HOME: home ?? folder },
  });
  const end = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const one = {
    browser,
    end,
    async leave() {
      await Promise.all(browser.contexts().map((each) => each.close()));
      // Nobody else will live in that network or have that home.
      if (over || namespace || home || !browser.isConnected()) await end();
      else waiting.push(one);
    },
  };
  return one;
}

/**
 * A Chromium process that nobody else has, with one page in a profile of its own. Starting one costs
 * a second, so a process that was closed serves the next person who asks for its like.
 * @param {{locale?: string, viewport?: {width: number, height: number}, permissions?: string[], args?: string[],
 *   namespace?: string, home?: string, dark?: boolean, media?: boolean, audible?: boolean, camera?: MediaTrackConstraints, relay?: 'udp' | 'tcp' | 'tls'}} options
 *   `audible` lets tabs sound, so that their sound can be captured; `camera` is what the camera can do at most; `namespace` is the network to live in; `relay` leaves one way through the server and no other
 */
export async function openChromium({
  locale = 'en-US',
  viewport = DESKTOP,
  permissions = ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
  args = [],
  namespace,
  home,
  dark = false,
  media = true,
  audible = false,
  camera,
  relay,
} = {}) {
  const chrome = await processOf({ args, namespace, home, media, audible });
  const problems = [];
  let left;
  /** One more person in the same process: storage and cookies of their own. */
  async function another(options = {}) {
    const view = options.viewport ?? viewport;
    const context = await chrome.browser.newContext({
      locale,
      viewport: view,
      permissions: media ? permissions : [],
      colorScheme: dark ? 'dark' : 'light',
      hasTouch: view.width < 500,
      isMobile: view.width < 500,
      ...options,
    });
    await context.addInitScript(watchPeerConnections, relay);
    await context.addInitScript(limitCamera, options.camera ?? camera);
    const page = await context.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    return { page, context };
  }
  return {
    ...(await another()),
    another,
    problems,
    close: () => (left ??= chrome.leave()),
  };
}

/**
 * Debian's Firefox by WebDriver BiDi; its page has puppeteer's methods.
 * @param {{locale?: string, viewport?: {width: number, height: number}, camera?: MediaTrackConstraints}} options `camera` is what the camera can do at most
 */
export async function openFirefox({ locale = 'en-US', viewport, camera } = {}) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: '/usr/bin/firefox-esr',
    headless: true,
    defaultViewport: viewport,
    args: viewport ? [`--width=${viewport.width}`, `--height=${viewport.height}`] : [],
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
      'media.autoplay.blocking_policy': 0,
      'media.peerconnection.ice.loopback': true,
      'media.peerconnection.ice.obfuscate_host_addresses': false,
      'intl.accept_languages': locale,
    },
  });
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(watchPeerConnections);
  await page.evaluateOnNewDocument(limitCamera, camera);
  return { page, browser, close: () => browser.close() };
}

/**
 * Runs in the page before everything else: keeps every peer connection and every element that plays
 * where tests can ask them, and takes away every way but one when `relay` names it.
 */
function watchPeerConnections(relay) {
  globalThis.mediaElements = new Set();
  const source = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...source,
    set(stream) {
      globalThis.mediaElements.add(this);
      source.set.call(this, stream);
    },
  });
  const Real = globalThis.RTCPeerConnection;
  if (!Real) return;
  globalThis.peerConnections = [];
  const wanted = { udp: /^turn:.*udp$/, tcp: /^turn:.*tcp$/, tls: /^turns:/ }[relay];
  const narrowed = (configuration) =>
    wanted
      ? {
          ...configuration,
          iceTransportPolicy: 'relay',
          iceServers: (configuration.iceServers ?? [])
            .map((server) => ({ ...server, urls: [server.urls].flat().filter((url) => wanted.test(url)) }))
            .filter((server) => server.urls.length > 0),
        }
      : configuration;
  globalThis.RTCPeerConnection = class extends Real {
    constructor(configuration = {}) {
      super(narrowed(configuration));
      globalThis.peerConnections.push(this);
    }
    setConfiguration(configuration) {
      super.setConfiguration(narrowed(configuration));
    }
  };
}

/** Runs in the page before everything else: a camera that can do no more than `most`. */
function limitCamera(most) {
  if (!most || !navigator.mediaDevices) return;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = ({ video, ...others }) => open({ ...others, video: video && { ...(video === true ? {} : video), ...most } });
}

/**
 * What flows into this page now, over all its living peer connections, and by which pair each goes.
 * @returns {Promise<{frames: number, energy: number, packetsIn: number, pairs: {local: string, remote: string, protocol: string, relayProtocol?: string}[]}>}
 */
export function received(page) {
  return page.evaluate(async () => {
    const sum = { frames: 0, energy: 0, packetsIn: 0, pairs: [] };
    for (const connection of globalThis.peerConnections ?? []) {
      if (connection.connectionState === 'closed') continue;
      const stats = new Map();
      (await connection.getStats()).forEach((value) => stats.set(value.id, value));
      for (const value of stats.values()) {
        if (value.type === 'inbound-rtp') {
          sum.packetsIn += value.packetsReceived ?? 0;
          sum.frames += value.framesDecoded ?? 0;
          sum.energy += value.totalAudioEnergy ?? 0;
        }
        // A pair that was nominated earlier stays so in Chromium's figures when a better one has taken over.
        const selected = value.type === 'transport' ? stats.get(value.selectedCandidatePairId) : value.selected && value;
        if (selected) {
          const local = stats.get(selected.localCandidateId);
          const remote = stats.get(selected.remoteCandidateId);
          sum.pairs.push({
            local: local?.candidateType,
            remote: remote?.candidateType,
            protocol: local?.protocol,
            relayProtocol: local?.relayProtocol,
          });
        }
      }
    }
    return sum;
  });
}

/** Waits until `probe` returns something true, asking often; fails with what it said last. */
export async function until(what, probe, { timeout = 15_000, every = 50 } = {}) {
  const end = performance.now() + timeout;
  let last;
  for (;;) {
    last = await probe();
    if (last) return last;
    if (performance.now() > end) throw new Error(`${what}: not within ${timeout} ms`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** Picture and sound arrive: decoded frames advance and the audio has energy. */
export async function seesAndHears(page, { timeout = 15_000 } = {}) {
  const before = await received(page);
  const started = performance.now();
  await until(
    'picture and sound',
    async () => {
      const now = await received(page);
      return now.frames > before.frames + 2 && now.energy > before.energy;
    },
    { timeout },
  );
  return performance.now() - started;
}

/** Pictures move on this page, counted from now; a connection that was built anew starts from 0. */
export async function seesAgain(page, { timeout = 15_000 } = {}) {
  let { frames } = await received(page);
  let seen = 0;
  await until(
    'moving pictures',
    async () => {
      const now = (await received(page)).frames;
      if (now > frames) seen += now - frames;
      frames = now;
      return seen > 3;
    },
    { timeout },
  );
}

function inNamespace(folder, namespace) {
  const script = join(folder, 'chromium-in-namespace');
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${namespace} /usr/bin/chromium "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}
