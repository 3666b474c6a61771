import { describe, expect, it } from 'vitest';
import { judge, measure, type Measured, type Report } from '../src/stats';
import type { StreamStats } from '../src/types';

const expected = {
  identity: 'ann',
  media: true,
  source: (_: 'in' | 'out', mid: string | undefined) => (mid === '1' ? ('camera' as const) : ('microphone' as const)),
};

/** What Chromium reports, cut to what counts, after so many seconds. */
function reports(seconds: number, change: Record<string, object> = {}): Map<string, Report> {
  const timestamp = 1000 + seconds * 1000;
  const all: Record<string, object> = {
    transport: { type: 'transport', selectedCandidatePairId: 'pair' },
    pair: { type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'local', remoteCandidateId: 'remote', currentRoundTripTime: 0.0421, availableOutgoingBitrate: 2e6 },
    local: { type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
    remote: { type: 'remote-candidate', candidateType: 'prflx', protocol: 'udp' },
    vp8: { type: 'codec', mimeType: 'video/VP8' },
    opus: { type: 'codec', mimeType: 'audio/opus' },
    sound: { type: 'inbound-rtp', kind: 'audio', mid: '0', codecId: 'opus', bytesReceived: seconds * 4000, packetsReceived: seconds * 50, packetsLost: 0, jitter: 0.004, concealedSamples: seconds * 480, totalSamplesReceived: seconds * 48000 },
    picture: { type: 'inbound-rtp', kind: 'video', mid: '1', codecId: 'vp8', bytesReceived: seconds * 100_000, packetsReceived: seconds * 100, packetsLost: 0, frameWidth: 640, frameHeight: 360, framesPerSecond: 30, freezeCount: 0 },
    sent: { type: 'outbound-rtp', kind: 'video', mid: '1', codecId: 'vp8', bytesSent: seconds * 50_000, packetsSent: seconds * 50, remoteId: 'heard', qualityLimitationReason: 'none', frameHeight: 360 },
    heard: { type: 'remote-inbound-rtp', fractionLost: 0.02, jitter: 0.003 },
  };
  return new Map(Object.entries(all).map(([id, report]) => [id, { id, timestamp, ...report, ...change[id] } as Report]));
}

function twice(change: Record<string, object> = {}): Measured {
  return measure(reports(4, change), measure(reports(2), undefined, expected), expected);
}

describe('the numbers of a path', () => {
  it('are plain: bits a second, percent, milliseconds', () => {
    const { stats } = twice();
    expect(stats).toMatchObject({
      identity: 'ann',
      path: 'direct',
      transport: 'udp',
      rttMs: 42.1,
      lossPercent: 0,
      bitrateIn: 832_000,
      bitrateOut: 400_000,
      availableOut: 2e6,
      quality: 'good',
      reason: 'none',
    });
    expect(stats.incoming.find(({ source }) => source === 'camera')).toMatchObject({ codec: 'VP8', bitrate: 800_000, height: 360 });
    expect(stats.incoming.find(({ source }) => source === 'microphone')).toMatchObject({ codec: 'opus', jitterMs: 4, concealedPercent: 1 });
    expect(stats.outgoing[0]).toMatchObject({ bitrate: 400_000, lossPercent: 2, jitterMs: 3, layer: undefined, resting: false });
    expect(twice({ sent: { rid: 'f', active: false } }).stats.outgoing[0]).toMatchObject({ layer: 'f', resting: true });
  });

  it.each([
    ['udp', 'udp'],
    ['tcp', 'tcp'],
    ['tls', 'tls'],
  ])('name the relay’s way out: %s', (relayProtocol, transport) => {
    const { stats } = twice({ local: { candidateType: 'relay', relayProtocol } });
    expect([stats.path, stats.transport]).toEqual(['relayed', transport]);
  });

  it('know a path that only the other side relays', () => {
    expect(twice({ remote: { candidateType: 'relay' } }).stats.path).toBe('relayed');
  });

  it('find the pair where no transport is reported', () => {
    const { stats } = twice({ transport: { type: 'other' } });
    expect([stats.path, stats.rttMs]).toEqual(['direct', 42.1]);
  });

  it('count loss since the last look, not since the beginning', () => {
    const before = measure(reports(2, { picture: { packetsLost: 500 } }), undefined, expected);
    const { stats } = measure(reports(4, { picture: { packetsLost: 530 } }), before, expected);
    expect(stats.lossPercent).toBe(9.1);
    expect([stats.quality, stats.reason]).toEqual(['poor', 'loss']);
  });

  it('do not call a line bad for one look, nor good', () => {
    let seconds = 2;
    let lost = 0;
    let before = measure(reports(seconds), undefined, expected);
    const looks = (...each: number[]) =>
      each.map((more) => {
        lost += more;
        before = measure(reports((seconds += 2), { picture: { packetsLost: lost } }), before, expected);
        return before.stats.quality;
      });
    expect(looks(0, 0, 8, 0, 0)).toEqual(['good', 'good', 'good', 'good', 'good']);
    expect(looks(18, 18, 18, 18, 18, 18).at(-1)).toBe('poor');
    expect(looks(0)).toEqual(['fair']);
    expect(looks(0, 0, 0, 0, 0).at(-1)).toBe('good');
  });

  it('are those of a moment ago when somebody else has just looked', () => {
    const before = twice();
    expect(measure(reports(4.3), before, expected)).toBe(before);
    expect(measure(reports(5), before, expected).stats.bitrateIn).toBe(832_000);
    expect(measure(reports(1), before, expected)).not.toBe(before);
  });

  it('blame no path for a small picture before it could show what it carries', () => {
    const weak = {
      pair: { availableOutgoingBitrate: 100_000 },
      picture: { framesPerSecond: 5, bytesReceived: 100_000 },
      sent: { qualityLimitationReason: 'bandwidth', bytesSent: 1000 },
    };
    const look = (seconds: number, before?: Measured, change: Record<string, object> = {}) => {
      const streams = { picture: { ...weak.picture, bytesReceived: seconds * 5000 }, sent: { ...weak.sent, bytesSent: seconds * 5000 } };
      const all = reports(seconds, { ...weak, ...streams, ...change });
      all.set('other', { ...all.get('pair')!, id: 'other' });
      return measure(all, before, expected);
    };
    const said = ({ stats }: Measured) => [stats.quality, stats.reason, stats.outgoing[0]!.limitedBy];
    let measured = look(2);
    for (const seconds of [4, 6, 8]) {
      measured = look(seconds, measured);
      expect(said(measured)).toEqual(['good', 'none', 'none']);
    }
    measured = look(10, measured);
    expect(said(measured)).toEqual(['good', 'none', 'bandwidth']);
    measured = look(12, measured);
    expect(said(measured)).toEqual(['poor', 'bitrate', 'bandwidth']);

    // Chromium's word alone is not enough where the path is wide.
    const wide = look(14, measured, { pair: { availableOutgoingBitrate: 1_200_000 } });
    expect([wide.stats.reason, wide.stats.outgoing[0]!.limitedBy]).toEqual(['bitrate', 'none']);

    // Another path begins anew, and so does a camera that was off.
    const other = { transport: { selectedCandidatePairId: 'other' } };
    expect(said(look(14, measured, other))).toEqual(['good', 'none', 'none']);
    const off = look(14, measured, { sent: { bytesSent: 60_000 }, picture: { bytesReceived: 60_000, framesPerSecond: 0 } });
    expect(said(look(16, off))).toEqual(['good', 'none', 'none']);
    expect(said(look(14, measured))).toEqual(['poor', 'bitrate', 'bandwidth']);
  });

  it('are not worse for a single stumble of a picture', () => {
    let measured: Measured | undefined;
    for (let seconds = 2; seconds < 60; seconds += 2) {
      const stumbles = seconds % 4 === 0;
      measured = measure(
        reports(seconds, { picture: { framesPerSecond: stumbles ? 5 : 25, bytesReceived: seconds * 5000 } }),
        measured,
        expected,
      );
      expect(measured.stats.quality).toBe('good');
    }
  });

  it('blame this computer, not the line, where it does not keep up', () => {
    const weak = (seconds: number, change: Record<string, Record<string, unknown>> = {}) =>
      reports(seconds, {
        pair: { availableOutgoingBitrate: 100_000 },
        picture: { framesPerSecond: 5, bytesReceived: seconds * 5000, framesReceived: seconds * 30, framesDropped: 0, totalDecodeTime: seconds * 0.1, ...change.picture },
        sent: { bytesSent: seconds * 5000, totalEncodeTime: seconds * 0.1, ...change.sent },
      });
    const reason = (change: (seconds: number) => Record<string, Record<string, unknown>>, late = false) => {
      let measured: Measured | undefined;
      for (const seconds of [2, 4, 6, 8, 10, 12]) measured = measure(weak(seconds, change(seconds)), measured, { ...expected, late });
      return measured!.stats.reason;
    };
    expect(reason(() => ({}))).toBe('bitrate');
    expect(reason(() => ({ sent: { qualityLimitationReason: 'cpu' } }))).toBe('cpu');
    expect(reason((seconds) => ({ sent: { totalEncodeTime: seconds * 0.9 } }))).toBe('cpu');
    expect(reason((seconds) => ({ picture: { totalDecodeTime: seconds * 0.9 } }))).toBe('cpu');
    expect(reason((seconds) => ({ picture: { framesDropped: seconds * 20 } }))).toBe('cpu');
    // Pictures that were lost on the way are dropped, too.
    expect(reason((seconds) => ({ picture: { framesDropped: seconds * 20, packetsLost: seconds } }))).toBe('bitrate');
    expect(reason(() => ({}), true)).toBe('cpu');
  });

  it('say of no computer in its first seconds that it is overloaded', () => {
    const cpu = (seconds: number) => reports(seconds, { sent: { qualityLimitationReason: 'cpu', bytesSent: seconds * 5000 }, picture: { framesPerSecond: 5, bytesReceived: seconds * 5000 } });
    let measured: Measured | undefined;
    for (const seconds of [2, 4, 6, 8]) {
      measured = measure(cpu(seconds), measured, expected);
      expect([measured.stats.reason, measured.stats.outgoing[0]!.limitedBy]).toEqual(['none', 'none']);
    }
    for (const seconds of [10, 12]) measured = measure(cpu(seconds), measured, expected);
    expect([measured!.stats.reason, measured!.stats.outgoing[0]!.limitedBy]).toEqual(['cpu', 'cpu']);
  });

  it('are lost after two seconds without media, unless nobody sends any', () => {
    const still = { sound: { packetsReceived: 100 }, picture: { packetsReceived: 200 } };
    const looks = (media: boolean) => {
      let measured = measure(reports(2), undefined, { ...expected, media });
      return [3, 4].map((seconds) => {
        measured = measure(reports(seconds, still), measured, { ...expected, media });
        return [measured.stats.quality, measured.stats.reason];
      });
    };
    expect(looks(true)).toEqual([['good', 'none'], ['lost', 'noMedia']]);
    expect(looks(false)).toEqual([['good', 'none'], ['good', 'none']]);
  });

  it('tell of a stumble of less than two seconds nothing, however often they are read', () => {
    let measured: Measured | undefined;
    const look = (seconds: number, stumbles: boolean) => {
      const slow = { picture: { framesPerSecond: stumbles ? 5 : 25, bytesReceived: seconds * 5000 } };
      return (measured = measure(reports(seconds, slow), measured, expected)).stats.quality;
    };
    for (let seconds = 2; seconds <= 12; seconds++) expect(look(seconds, false)).toBe('good');
    expect([13, 14].map((seconds) => look(seconds, true))).toEqual(['good', 'good']);
    expect(look(15, false)).toBe('good');
    expect([16, 17, 18].map((seconds) => look(seconds, true))).toEqual(['good', 'good', 'poor']);
  });
});

describe('the quality', () => {
  const heard = { lossPercent: 0, silentMs: 0, incoming: [] as StreamStats[], outgoing: [] as StreamStats[] };
  const camera = (bitrate: number, more: Partial<StreamStats> = {}) =>
    ({ kind: 'video', source: 'camera', height: 360, bitrate, framesPerSecond: 30, freezes: 0, ...more }) as StreamStats;

  it.each([
    [0, 'good'],
    [1.9, 'good'],
    [2, 'fair'],
    [3.9, 'fair'],
    [4, 'poor'],
    [60, 'poor'],
  ])('at %d %% loss is %s', (lossPercent, quality) => {
    expect(judge({ ...heard, lossPercent })).toEqual({ quality, reason: quality === 'good' ? 'none' : 'loss' });
  });

  it.each([
    [250_000, 'good'],
    [249_000, 'fair'],
    [150_000, 'fair'],
    [149_000, 'poor'],
  ])('of a stumbling picture of 360 lines at %d bit/s is %s', (bitrate, quality) => {
    expect(judge({ ...heard, incoming: [camera(bitrate, { framesPerSecond: 5 })] }).quality).toBe(quality);
  });

  it('of a picture that merely stands still is good', () => {
    expect(judge({ ...heard, incoming: [camera(20_000)] }).quality).toBe('good');
    expect(judge({ ...heard, outgoing: [camera(20_000, { limitedBy: 'none' })] }).quality).toBe('good');
  });

  it('sinks when bandwidth holds our own picture back', () => {
    const outgoing = [camera(100_000, { limitedBy: 'bandwidth' })];
    expect(judge({ ...heard, availableOut: 120_000, outgoing })).toEqual({ quality: 'poor', reason: 'bitrate' });
    expect(judge({ ...heard, availableOut: 3_000_000, outgoing }).quality).toBe('good');
  });
});
