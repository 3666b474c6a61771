import { afterEach, describe, expect, it, vi } from 'vitest';
import { Downlink } from '../src/downlink';
import { join } from '../src/index';
import type { Sealing } from '../src/sealing';

afterEach(() => vi.unstubAllGlobals());

describe('what is encrypted end to end', () => {
  it('is not joined in clear when its key is cut off', async () => {
    await expect(join('tea', { key: '' })).rejects.toMatchObject({ code: 'no-key' });
  });

  it('has a browser hold back what went through no transform, also one that has script transforms', async () => {
    vi.stubGlobal('location', { href: 'https://meet.example/', origin: 'https://meet.example' });
    vi.stubGlobal('Worker', class {
      postMessage() {}
    });
    vi.stubGlobal('RTCRtpScriptTransform', class {});
    vi.resetModules();
    const { Sealing } = await import('../src/sealing');
    expect(new Sealing('key', 'tea', 'sealer.js', () => {}).configuration).toEqual({ encodedInsertableStreams: true });
  });

  it('is not shown of a section that the server named later than it sent', async () => {
    const places = ['0', '1'].map((mid) => ({ mid, receiver: { track: {} } }));
    vi.stubGlobal('RTCPeerConnection', class {
      localDescription = { type: 'answer', sdp: '' };
      getTransceivers = () => places;
      setRemoteDescription = async () => {};
      setLocalDescription = async () => {};
      close() {}
    });
    const opened: unknown[] = [];
    const sealing = { open: (place: { mid: string }, who: string) => opened.push([place.mid, who]) } as unknown as Sealing;
    const answered = new Promise<void>((done) => {
      const output = { ask: async (name: string) => (name === 'downAnswer' && done(), { type: 'done' }), arrived() {}, stateChanged() {}, lost() {} };
      const link = new Downlink({}, output as never, sealing);
      link.receive({ number: 1, description: { type: 'offer', sdp: '' }, tracks: [{ mid: '1', from: 'ann', id: 's', source: 'camera' }] } as never);
      setTimeout(() => link.close());
    });
    await answered;
    expect(opened).toEqual([
      ['0', ''],
      ['1', 'ann'],
    ]);
  });
});
