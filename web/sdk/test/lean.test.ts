import * as frames from 'engine.io-parser';
import * as packets from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { parse } from '../lean/address';
import * as leanFrames from '../lean/frames';
import * as leanPackets from '../lean/packets';
import { Random } from './random';

// What stands in for parts of socket.io-client says and reads the same as they do, as long as it is text.

const said = [
  { type: 0, nsp: '/room', data: { language: 'ko' } },
  { type: 0, nsp: '/' },
  { type: 1, nsp: '/room' },
  { type: 2, nsp: '/room', id: 0, data: ['join', { room: '마당', token: null }] },
  { type: 2, nsp: '/', id: 12, data: ['x'] },
  { type: 3, nsp: '/room', id: 7, data: [{ type: 'done' }] },
  { type: 3, nsp: '/room', id: 7, data: [] },
  { type: 4, nsp: '/room', data: { message: 'no' } },
];

function read(decoder: { on(event: 'decoded', heard: (packet: any) => void): unknown; add(text: any): void }, text: unknown) {
  let heard: unknown = 'nothing';
  decoder.on('decoded', (packet) => (heard = { ...packet }));
  try {
    decoder.add(text);
  } catch {
    return 'refused';
  }
  return heard;
}

describe('packets', () => {
  it('are written and read as the official parser does', () => {
    for (const packet of said) {
      const [text] = new packets.Encoder().encode(packet);
      expect(new leanPackets.Encoder().encode(packet)).toEqual([text]);
      expect(read(new leanPackets.Decoder(), text)).toEqual(read(new packets.Decoder(), text));
    }
  });

  it('that are none are refused wherever the official parser refuses', () => {
    const random = new Random(7);
    const seeds = said.map((packet) => new packets.Encoder().encode(packet)[0] as string);
    const extra = ['5-', '51-["x",{"_placeholder":true,"num":0}]', '2["connect"]', '2[]', '2{}', '3{}', '0[]', '4[]', '2null', '1{}', '9', '', '2/room', '2/room,', '2/room,1', '0"x"', '2[7]'];
    for (let i = 0; i < 20_000; i++) {
      let text = i < extra.length ? extra[i]! : random.pick(seeds);
      for (let cuts = i < extra.length ? 0 : random.below(3); cuts > 0; cuts--) {
        const at = random.below(text.length + 1);
        text = text.slice(0, at) + random.pick(['', '/', ',', '"', '[', '}', '0', '5', '-', 'x', '\u0000']) + text.slice(at + random.below(2));
      }
      const official = read(new packets.Decoder(), text);
      const ours = read(new leanPackets.Decoder(), text);
      // What only the official one takes are binary packets, numbers as names, and no type at all.
      if (ours !== 'refused') expect(ours, text).toEqual(official);
      else if (official !== 'refused' && official !== 'nothing') expect(text).toMatch(/^(?![0-6])|^[23].*\[\s*-?\d/s);
    }
  });

  it('that are bytes are refused', () => {
    expect(read(new leanPackets.Decoder(), new Uint8Array([1]))).toBe('refused');
  });
});

describe('frames', () => {
  const all = [{ type: 'open', data: '{}' }, { type: 'ping' }, { type: 'pong', data: 'probe' }, { type: 'message', data: '2["x","y"]' }, { type: 'noop' }] as const;

  it('are written and read as the official parser does', async () => {
    for (const frame of all) {
      const text = await new Promise<string>((resolve) => leanFrames.encodePacket(frame, true, resolve));
      expect(text).toBe(await new Promise((resolve) => frames.encodePacket(frame, true, resolve)));
      expect(leanFrames.decodePacket(text)).toEqual(frames.decodePacket(text));
    }
    const payload = await new Promise<string>((resolve) => leanFrames.encodePayload(all, resolve));
    expect(payload).toBe(await new Promise((resolve) => frames.encodePayload([...all], resolve)));
    expect(leanFrames.decodePayload(payload)).toEqual(frames.decodePayload(payload));
  });

  it('that are none end the payload with an error', () => {
    for (const text of ['', 'x', '7', ' ', '-1', '4a\x1e9\x1e4b', '\x1e']) {
      expect(leanFrames.decodePayload(text), JSON.stringify(text)).toEqual(frames.decodePayload(text));
    }
    expect(leanFrames.decodePacket(new ArrayBuffer(2))).toMatchObject({ type: 'error' });
  });
});

it('addresses are taken apart, those of IPv6 too', () => {
  expect(parse('https://meet.example/room')).toMatchObject({ protocol: 'https', host: 'meet.example', port: '', path: '/room' });
  expect(parse('http://[fd00::7]:7700/room?a=b')).toMatchObject({ protocol: 'http', host: 'fd00::7', port: '7700', path: '/room', query: 'a=b' });
});
