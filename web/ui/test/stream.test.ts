import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import Flowing from '../src/stream/Flowing.svelte';
import Send from '../src/stream/Send.svelte';
import { learn, speak } from '../src/words/words.svelte.ts';

// Of a browser: a connection of which tests say what becomes of it.
class Connection extends EventTarget {
  static last: Connection;
  connectionState = 'new';
  reports: object[] = [];
  transport = Object.assign(new EventTarget(), { state: 'connected' });
  localDescription = { type: 'offer', sdp: 'v=0' };
  constructor() {
    super();
    Connection.last = this;
  }
  addTransceiver() {}
  async setLocalDescription() {}
  async setRemoteDescription() {}
  getTransceivers() {
    return [{ sender: { transport: this.transport }, receiver: {} }];
  }
  async getStats() {
    return this.reports;
  }
  close() {
    this.connectionState = 'closed';
  }
  /** The server says goodbye. */
  over() {
    this.transport.state = 'closed';
    this.transport.dispatchEvent(new Event('statechange'));
  }
}

// happy-dom takes no stream but its own.
Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', { writable: true, value: null });

let view: ReturnType<typeof mount>;
let asked: string[];
let farewell: Response;

beforeEach(async () => {
  await learn('common', 'stream');
  await speak('en');
  asked = [];
  vi.stubGlobal('RTCPeerConnection', Connection);
  vi.stubGlobal('isSecureContext', true);
  const stream = { getTracks: () => [] };
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia: async () => stream, getDisplayMedia: async () => stream } });
  vi.stubGlobal('fetch', async (url: string, { method, headers }: { method: string; headers: Record<string, string> }) => {
    asked.push(`${method} ${url} ${headers['accept-language']}`);
    return method === 'POST' ? new Response('v=0', { status: 201, headers: { location: '/whip/tea/1' } }) : farewell;
  });
});

afterEach(async () => {
  await unmount(view);
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function show<P extends Record<string, any>>(page: Component<P>, props: P): void {
  view = mount(page, { target: document.body, props });
  flushSync();
}

const words = (selector: string) => document.querySelector(selector)?.textContent?.trim();

async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
  flushSync();
}

async function send(): Promise<void> {
  show(Send, { room: 'tea' });
  document.querySelector<HTMLElement>('[data-send=camera]')!.click();
  await settled();
}

test('whoever sends and is removed reads that, and what keeps them out, in the server’s words', async () => {
  await send();
  farewell = new Response('You were removed from the meeting. Whoever comes now has to knock.\n', { status: 410 });
  Connection.last.over();
  await settled();
  expect(words('[data-words]')).toBe('It is over: the room, a host or the network ended it');
  expect(words('[data-problem]')).toBe('You were removed from the meeting. Whoever comes now has to knock.');
  expect(asked).toEqual(['POST /whip/tea en', 'DELETE /whip/tea/1 en']);
});

test('where the server knows no reason, none is given', async () => {
  await send();
  farewell = new Response('There is no such session here', { status: 404 });
  Connection.last.over();
  await settled();
  expect(words('[data-problem]')).toBeUndefined();
});

test('whoever watches reads that a picture is waited for, and not of none a second', async () => {
  const connection = new Connection();
  const look = async (seconds: number, frames: number, of: object = {}) => {
    const picture = { id: 'p', type: 'inbound-rtp', kind: 'video', timestamp: seconds * 1000, bytesReceived: seconds * 50_000, framesDecoded: frames, frameWidth: 640, frameHeight: 360, ...of };
    connection.reports = [picture, { id: 's', type: 'inbound-rtp', kind: 'audio', timestamp: seconds * 1000, bytesReceived: seconds * 4000 }];
    await vi.advanceTimersByTimeAsync(1000);
    flushSync();
    return words('[data-picture]');
  };
  vi.useFakeTimers();
  show(Flowing, { connection: connection as never, sends: false });
  expect(words('[data-picture]')).toBe('being measured');
  await look(0, 0, { frameWidth: undefined, frameHeight: undefined });
  expect(await look(1, 0, { frameWidth: undefined, frameHeight: undefined })).toBe('Waiting for a picture…');
  expect(await look(2, 0)).toBe('Waiting for a picture…');
  expect(await look(3, 25)).toBe('640 × 360, 25 pictures a second');
  // Sound alone is no picture that comes.
  expect(await look(4, 25, { bytesReceived: 150_000 })).toBe('none');
  vi.useRealTimers();
});
