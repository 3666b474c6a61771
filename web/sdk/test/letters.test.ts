import { describe, expect, it, vi } from 'vitest';
import { Letters, seal, unseal } from '../src/letters';
import { Random } from './random';

class FakeChannel {
  readyState = 'connecting';
  bufferedAmount = 0;
  readonly sent: Uint8Array[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(
    readonly label: string,
    readonly init: RTCDataChannelInit,
  ) {}

  send(letter: Uint8Array): void {
    this.sent.push(letter);
  }

  open(): void {
    this.readyState = 'open';
    this.onopen?.();
  }

  end(): void {
    this.readyState = 'closed';
    this.onclose?.();
  }
}

function open() {
  const channels: FakeChannel[] = [];
  const connection = {
    sctp: { state: 'connected' },
    createDataChannel(label: string, init: RTCDataChannelInit) {
      channels.push(new FakeChannel(label, init));
      return channels.at(-1);
    },
  };
  const output = { data: vi.fn(), parcel: vi.fn(), missed: vi.fn(), broken: vi.fn() };
  const letters = new Letters(connection as unknown as RTCPeerConnection, output);
  return { letters, output, channels, connection };
}

const read = (letter: Uint8Array) => unseal(letter.slice().buffer);

describe('a letter', () => {
  it('keeps text as text, bytes as bytes, and whom it is for', () => {
    for (const text of ['', 'hello', '안녕 👋', '\uFEFFmark', '\0']) expect(read(seal('한/x', text))).toEqual({ who: '한/x', data: text });
    const bytes = new Uint8Array([0, 255, 7, 8]);
    for (const data of [bytes, bytes.buffer, new DataView(bytes.buffer)]) {
      expect(new Uint8Array(read(seal('', data))!.data as ArrayBuffer)).toEqual(bytes);
    }
    expect(new Uint8Array(read(seal('', bytes.subarray(1, 3)))!.data as ArrayBuffer)).toEqual(bytes.subarray(1, 3));
  });

  it('is one byte of kind, two of length, the identity and the content', () => {
    expect([...seal('ab', 'c')]).toEqual([0, 0, 2, 97, 98, 99]);
    expect([...seal('', new Uint8Array([9]))]).toEqual([1, 0, 0, 9]);
  });

  it('is none whatever else it is, or reads as one', () => {
    const chance = new Random(7);
    for (let i = 0; i < 2000; i++) {
      const letter = seal('ann', 'some text').slice(0, chance.below(13));
      if (letter.length > 0) letter[chance.below(letter.length)] = chance.below(256);
      const read = unseal(letter.buffer.slice(0, letter.length));
      if (read) expect(typeof read.who).toBe('string');
    }
    expect(unseal(new ArrayBuffer(0))).toBeUndefined();
    expect(unseal(new Uint8Array([3, 0, 0]).buffer)).toBeUndefined();
    expect(unseal(new Uint8Array([0, 0, 1]).buffer)).toBeUndefined();
  });
});

describe('letters by the server', () => {
  it('go by a reliable channel and by one that drops', () => {
    const { letters, channels, output } = open();
    expect(channels.map(({ label, init }) => [label, init])).toEqual([
      ['reliable', {}],
      ['fast', { ordered: false, maxRetransmits: 0 }],
    ]);
    for (const channel of channels) channel.open();
    expect(letters.send('bob', 'a', true)).toBe(true);
    expect(letters.send('', 'b', false)).toBe(true);
    expect(channels.map(({ sent }) => sent.map(read))).toEqual([[{ who: 'bob', data: 'a' }], [{ who: '', data: 'b' }]]);
    channels[0]!.onmessage!({ data: seal('bob', 'c').buffer });
    channels[1]!.onmessage!({ data: seal('cem', 'd').buffer });
    channels[1]!.onmessage!({ data: 'rubbish' });
    expect(output.data.mock.calls).toEqual([
      ['bob', 'c', true],
      ['cem', 'd', false],
    ]);
  });

  it('wait for the way if they are reliable, and not without end', () => {
    const { letters, channels } = open();
    expect(letters.send('', 'late', false)).toBe(false);
    expect(letters.send('', 'first', true)).toBe(true);
    const big = new Uint8Array(60_000);
    let taken = 0;
    while (letters.send('', big, true)) taken++;
    expect(taken).toBe(17);
    channels[0]!.open();
    expect(channels[0]!.sent.length).toBe(18);
    channels[0]!.bufferedAmount = 9 * 1024 * 1024;
    expect(letters.send('', 'x', true)).toBe(false);
    channels[1]!.open();
    channels[1]!.bufferedAmount = 100_000;
    expect(letters.send('', 'x', false)).toBe(false);
  });

  it('go on by another channel when the server closed one, and say what was missed', () => {
    const { letters, channels, output, connection } = open();
    for (const channel of [...channels]) channel.open();
    channels[0]!.end();
    expect(output.missed).toHaveBeenCalledTimes(1);
    expect(channels.length).toBe(3);
    expect(letters.send('', 'again', true)).toBe(true);
    channels[2]!.open();
    expect(channels[2]!.sent.map(read)).toEqual([{ who: '', data: 'again' }]);
    channels[1]!.end();
    expect(output.missed).toHaveBeenCalledTimes(1);
    connection.sctp.state = 'closed';
    channels[2]!.end();
    expect(output.broken).toHaveBeenCalledTimes(1);
  });

  it('end with the connection', () => {
    const { letters, channels, output } = open();
    letters.close();
    channels[0]!.end();
    expect(output.missed).not.toHaveBeenCalled();
    expect(letters.send('', 'x', true)).toBe(false);
  });
});
