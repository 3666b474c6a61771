import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Peer, type PeerOutput } from '../src/peer';

/** As much of an `RTCPeerConnection` as path repair touches; the test says what state it is in. */
class FakeRtc {
  static last: FakeRtc;
  connectionState: RTCPeerConnectionState = 'new';
  signalingState: RTCSignalingState = 'stable';
  localDescription: object | null = null;
  remoteDescription: object | null = null;
  onconnectionstatechange: (() => void) | null = null;
  restarts = 0;
  offers = 0;
  configuration: RTCConfiguration;
  readonly channels: { label: string; readyState: string; sent: unknown[]; bufferedAmount: number; onopen?: () => void }[] = [];
  readonly transceivers: unknown[] = [];

  constructor(configuration: RTCConfiguration) {
    this.configuration = configuration;
    FakeRtc.last = this;
  }

  enter(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  createDataChannel(label: string) {
    const channel = { label, readyState: 'connecting', sent: [] as unknown[], bufferedAmount: 0, send: (data: unknown) => void channel.sent.push(data) };
    this.channels.push(channel);
    return channel;
  }

  addTransceiver(kind: string) {
    const transceiver = { mid: null, sender: { replaceTrack: async () => {}, getParameters: () => ({ encodings: [] }) }, receiver: { track: { kind } }, stop: () => {} };
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers() {
    return this.transceivers;
  }

  async setLocalDescription() {
    this.offers++;
    this.localDescription = { type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 0\r\n' };
    this.signalingState = 'have-local-offer';
  }

  restartIce() {
    this.restarts++;
  }

  setConfiguration(configuration: RTCConfiguration) {
    this.configuration = configuration;
  }

  close() {
    this.connectionState = 'closed';
  }
}

const outgoing = { stream: {} as MediaStream, direction: 'sendrecv' as const, microphone: null, camera: null, shares: [] };

function open(starter: boolean, fresh: RTCIceServer[] | undefined = undefined) {
  const states: string[] = [];
  const output = {
    send: vi.fn(),
    stateChanged: () => states.push(peer.state),
    track: vi.fn(),
    data: vi.fn(),
    fileAsked: vi.fn(),
    freshServers: vi.fn(async () => fresh),
    rebuild: vi.fn(),
  } satisfies PeerOutput;
  const peer: Peer = new Peer({ configuration: { iceServers: [] }, polite: starter, starter, outgoing, from: 'other' }, output);
  return { peer, output, states, rtc: FakeRtc.last };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('RTCPeerConnection', FakeRtc);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a path', () => {
  it('that wavers is left alone for a moment', async () => {
    const { rtc, states, output } = open(true);
    rtc.remoteDescription = {};
    rtc.enter('connecting');
    rtc.enter('connected');
    rtc.enter('disconnected');
    await vi.advanceTimersByTimeAsync(2000);
    rtc.enter('connected');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rtc.restarts).toBe(0);
    expect(output.rebuild).not.toHaveBeenCalled();
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
  });

  it('that dies is looked for anew, three times, then all is built anew', async () => {
    const { rtc, output } = open(true);
    rtc.remoteDescription = {};
    rtc.enter('connected');
    rtc.enter('disconnected');
    rtc.enter('failed');
    await vi.advanceTimersByTimeAsync(1);
    expect(rtc.restarts).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(rtc.restarts).toBe(3);
    expect(output.rebuild).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(output.rebuild).toHaveBeenCalledTimes(1);
    expect(rtc.connectionState).toBe('closed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(rtc.restarts).toBe(3);
  });

  it('is looked for with fresh credentials', async () => {
    const servers = [{ urls: ['turn:new'] }];
    const { rtc, output } = open(true, servers);
    rtc.remoteDescription = {};
    rtc.enter('connected');
    rtc.enter('failed');
    await vi.advanceTimersByTimeAsync(1);
    expect(output.freshServers).toHaveBeenCalledTimes(1);
    expect(rtc.configuration.iceServers).toBe(servers);
    expect(rtc.restarts).toBe(1);
  });

  it('is not looked for by both in the same moment', async () => {
    const starter = open(true);
    const other = open(false);
    for (const { rtc } of [starter, other]) {
      rtc.remoteDescription = {};
      rtc.enter('connected');
      rtc.enter('failed');
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect([starter.rtc.restarts, other.rtc.restarts]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(other.rtc.restarts).toBe(1);
  });

  it('that nobody offers is offered by the one who waited', async () => {
    const { rtc, output } = open(false);
    await vi.advanceTimersByTimeAsync(9000);
    expect(rtc.transceivers).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(2000);
    expect(rtc.transceivers).toHaveLength(2);
    expect(output.send).toHaveBeenCalledWith({ description: expect.objectContaining({ type: 'offer' }) });
  });

  it('once closed does nothing more', async () => {
    const { peer, rtc, output } = open(true);
    rtc.remoteDescription = {};
    rtc.enter('failed');
    peer.close();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([rtc.restarts, output.rebuild.mock.calls.length, vi.getTimerCount()]).toEqual([0, 0, 0]);
  });
});

describe('data', () => {
  it('that is reliable waits for the path, up to a megabyte; that which is not, does not', () => {
    const { peer, rtc } = open(true);
    const [reliable, fast] = rtc.channels;
    expect(peer.send('a', true)).toBe(true);
    expect(peer.send('b', false)).toBe(false);
    const big = new Uint8Array(60_000);
    let taken = 0;
    while (peer.send(big, true)) taken++;
    expect(taken).toBe(17);
    reliable!.readyState = fast!.readyState = 'open';
    reliable!.onopen!();
    expect(reliable!.sent).toHaveLength(18);
    expect(reliable!.sent[0]).toBe('a');
    expect(peer.send('c', true)).toBe(true);
    expect(peer.send('d', false)).toBe(true);
    expect(fast!.sent).toEqual(['d']);
    fast!.bufferedAmount = 100_000;
    expect(peer.send('late', false)).toBe(false);
  });
});
