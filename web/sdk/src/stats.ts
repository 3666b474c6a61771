import type { Path, PathTransport, Quality, QualityReason, Source, Stats, StreamStats } from './types';

/** What `getStats()` reports, as far as we read it. */
export interface Reports {
  forEach(each: (report: Report) => void): void;
}

export type Report = { id: string; type: string; timestamp: number } & Record<string, any>;

/** A report of one peer connection turned into plain numbers, and what the next one compares with. */
export interface Measured {
  readonly at: number;
  readonly reports: ReadonlyMap<string, Report>;
  /** When media last came in, or began to be expected; of none that is expected nothing. */
  readonly mediaAt: number | undefined;
  /** Packets of the last seconds, the older the less: a moment has too few to tell what gets lost. */
  readonly lately: { readonly lost: number; readonly all: number };
  /** The path, and since when each stream flows over it. */
  readonly pair: string | undefined;
  readonly flowing: ReadonlyMap<string, number>;
  /** How this look alone judges, and when one last judged worse than that before. */
  readonly judged: Judgement;
  readonly worseAt: number;
  readonly stats: Stats;
}

type Judgement = { quality: Quality; reason: QualityReason };

export interface Expected {
  readonly identity: string;
  /** Somebody's unmuted tracks should arrive. */
  readonly media: boolean;
  /** Which of the streams are meant, where a connection serves several people. */
  counts?(report: Report): boolean;
  /** The page itself does not get round to its work. */
  readonly late?: boolean;
  /** Which way it goes, if the candidates do not tell. */
  readonly path?: Path;
  /** Which source a track of the far or near end carries. */
  source(direction: 'in' | 'out', mid: string | undefined, kind: string): Source | undefined;
}

export function measure(reports: Reports, before: Measured | undefined, expected: Expected): Measured {
  const now = new Map<string, Report>();
  let at = 0;
  reports.forEach((report) => {
    now.set(report.id, report);
    at = Math.max(at, report.timestamp);
  });
  // Two who look at the same time see the same: over a moment nothing can be told.
  if (before && at >= before.at && at - before.at < LEAST_BETWEEN) return before;
  const pair = pairOf(now);
  const flowing = new Map<string, number>();
  const streams: ReturnType<typeof streamOf>[] = [];
  for (const report of now.values()) {
    if (report.type !== 'inbound-rtp' && report.type !== 'outbound-rtp') continue;
    if (expected.counts && !expected.counts(report)) continue;
    const stream = streamOf(report, now, before?.reports, expected);
    streams.push(stream);
    if (stream.bytes === 0) continue;
    const since = (before?.pair === pair?.id && before?.flowing.get(report.id)) || at;
    flowing.set(report.id, since);
    stream.settled = at - since >= SETTLED_AFTER;
  }
  const sum = (direction: 'in' | 'out', of: (stream: (typeof streams)[number]) => number) =>
    streams.reduce((total, stream) => total + (stream.direction === direction ? of(stream) : 0), 0);
  const local = pair && now.get(pair.localCandidateId);
  const remote = pair && now.get(pair.remoteCandidateId);
  // A browser says so, too, while it makes the picture larger step by step over a path that is wide.
  const narrow = !(pair?.availableOutgoingBitrate >= WIDE);
  const packetsIn = sum('in', (stream) => stream.packets);
  const lostIn = sum('in', (stream) => stream.lost);
  const mediaAt = !expected.media ? undefined : packetsIn > 0 ? at : (before?.mediaAt ?? at);
  const of = (direction: 'in' | 'out') => streams.filter((stream) => stream.direction === direction);
  const settled = (direction: 'in' | 'out') => of(direction).flatMap((stream) => (stream.settled ? [stream.stats] : []));
  const fade = before ? 0.5 ** ((at - before.at) / HALF_LIFE) : 0;
  const lately = {
    lost: (before?.lately.lost ?? 0) * fade + lostIn,
    all: (before?.lately.all ?? 0) * fade + lostIn + packetsIn,
  };
  const busy = expected.late || overloaded(now, before?.reports);
  const judged = judge({
    lossPercent: percent(lately.lost, lately.all),
    silentMs: at - (mediaAt ?? at),
    busy,
    availableOut: pair?.availableOutgoingBitrate,
    incoming: settled('in'),
    outgoing: settled('out'),
  });
  // A moment may catch a stumble: bars that fall and rise at once tell nothing.
  const mayStumble = ['bitrate', 'cpu'].includes(judged.reason);
  const worse = mayStumble && before && GRADES.indexOf(judged.quality) > GRADES.indexOf(before.judged.quality);
  const worseAt = worse ? at : (before?.worseAt ?? -Infinity);
  return {
    at,
    // What came before the first look did so at another time.
    lately: before ? lately : { lost: 0, all: 0 },
    reports: now,
    mediaAt,
    pair: pair?.id,
    flowing,
    judged,
    worseAt,
    stats: {
      identity: expected.identity,
      path: expected.path ?? pathOf(local, remote),
      transport: transportOf(local),
      rttMs: milliseconds(pair?.currentRoundTripTime),
      lossPercent: percent(lostIn, lostIn + packetsIn),
      bitrateIn: sum('in', ({ stats }) => stats.bitrate),
      bitrateOut: sum('out', ({ stats }) => stats.bitrate),
      availableOut: pair?.availableOutgoingBitrate,
      incoming: of('in').map(({ stats }) => stats),
      outgoing: of('out').map(({ stats, settled }) =>
        settled && (narrow || stats.limitedBy !== 'bandwidth') ? stats : { ...stats, limitedBy: stats.limitedBy && 'none' },
      ),
      ...(mayStumble && before && at - worseAt < STUMBLE ? { quality: before.stats.quality, reason: before.stats.reason } : judged),
    },
  };
}

/**
 * The quality of a path: good with at least half the bitrate a picture of its size wants and under
 * 2 % loss, fair with 30 % and under 4 %, poor below, lost after two seconds without media. With
 * 5 % loss every voice has guessed syllables, and whoever reads the bars should know why.
 *
 * A picture that does not move wants fewer bits: what comes counts only when it stumbles, and what
 * goes only when bandwidth holds it back, against what the path would carry. It hears of streams that
 * have flowed for a while: a path shows only by and by what it carries. Where this computer does not
 * keep up, a small picture proves nothing about the path.
 */
export function judge(heard: {
  lossPercent: number;
  silentMs: number;
  busy?: boolean;
  availableOut?: number;
  incoming: readonly StreamStats[];
  outgoing: readonly StreamStats[];
}): Judgement {
  if (heard.silentMs >= SILENCE) return { quality: 'lost', reason: 'noMedia' };
  let ratio = 1;
  for (const stream of heard.incoming) {
    const stumbles = (stream.framesPerSecond ?? 30) < 12 || (stream.freezes ?? 0) > 0;
    if (stream.source === 'camera' && stream.height && stumbles) ratio = Math.min(ratio, stream.bitrate / target(stream.height));
  }
  for (const stream of heard.outgoing) {
    if (stream.source === 'camera' && stream.height && stream.limitedBy === 'bandwidth') {
      ratio = Math.min(ratio, Math.max(stream.bitrate, heard.availableOut ?? 0) / target(stream.height));
    }
  }
  const byLoss = heard.lossPercent < 2 ? 0 : heard.lossPercent < 4 ? 1 : 2;
  const byBitrate = ratio >= 0.5 ? 0 : ratio >= 0.3 ? 1 : 2;
  const quality = GRADES[Math.max(byLoss, byBitrate)]!;
  return { quality, reason: quality === 'good' ? 'none' : byLoss >= byBitrate ? 'loss' : heard.busy ? 'cpu' : 'bitrate' };
}

/** Whether this computer makes or shows fewer pictures than it should: of any connection, since the last look. */
function overloaded(now: ReadonlyMap<string, Report>, before: ReadonlyMap<string, Report> | undefined): boolean {
  for (const report of now.values()) {
    if (report.type === 'outbound-rtp' && report.qualityLimitationReason === 'cpu') return true;
    const past = before?.get(report.id);
    if (!past) continue;
    const since = (name: string) => Math.max(0, (report[name] ?? 0) - (past[name] ?? 0));
    const seconds = (report.timestamp - past.timestamp) / 1000;
    if (report.type === 'outbound-rtp' && since('totalEncodeTime') > seconds * BUSY) return true;
    if (report.type !== 'inbound-rtp' || report.kind !== 'video') continue;
    if (since('totalDecodeTime') > seconds * BUSY) return true;
    // What was lost on the way is dropped as well, and is no fault of this computer.
    if (since('packetsLost') === 0 && since('framesDropped') > Math.max(5, since('framesReceived') * 0.2)) return true;
  }
  return false;
}

/** VP8's targets: 200, 500 and 1500 kbit/s for 180, 360 and 720 lines. */
function target(height: number): number {
  return height >= 540 ? 1_500_000 : height >= 270 ? 500_000 : 200_000;
}

function streamOf(
  report: Report,
  now: ReadonlyMap<string, Report>,
  before: ReadonlyMap<string, Report> | undefined,
  expected: Expected,
) {
  const direction: 'in' | 'out' = report.type === 'inbound-rtp' ? 'in' : 'out';
  const past = before?.get(report.id);
  const remote = now.get(report.remoteId);
  const seconds = past ? (report.timestamp - past.timestamp) / 1000 : 0;
  const since = (name: string) => Math.max(0, (report[name] ?? 0) - (past?.[name] ?? 0));
  const bytes = since(direction === 'in' ? 'bytesReceived' : 'bytesSent');
  const packets = since(direction === 'in' ? 'packetsReceived' : 'packetsSent');
  const lost = direction === 'in' ? since('packetsLost') : 0;
  const stats: StreamStats = {
    kind: report.kind,
    source: expected.source(direction, report.mid, report.kind),
    codec: String(now.get(report.codecId)?.mimeType ?? '').replace(/^\w+\//, ''),
    bitrate: seconds > 0 ? Math.round((bytes * 8) / seconds) : 0,
    lossPercent: direction === 'in' ? percent(lost, lost + packets) : Math.max(0, (remote?.fractionLost ?? 0) * 100),
    jitterMs: milliseconds(direction === 'in' ? report.jitter : remote?.jitter),
    width: report.frameWidth,
    height: report.frameHeight,
    framesPerSecond: report.framesPerSecond,
    concealedPercent:
      direction === 'in' && report.kind === 'audio' ? percent(since('concealedSamples'), since('totalSamplesReceived')) : undefined,
    freezes: report.freezeCount === undefined ? undefined : since('freezeCount'),
    limitedBy: report.qualityLimitationReason,
    layer: report.rid,
    resting: report.active === false,
  };
  return { direction, stats, bytes, packets, lost, settled: false };
}

function pairOf(reports: ReadonlyMap<string, Report>): Report | undefined {
  let found: Report | undefined;
  for (const report of reports.values()) {
    if (report.type === 'transport' && reports.has(report.selectedCandidatePairId)) {
      return reports.get(report.selectedCandidatePairId);
    }
    // Firefox has no transport report.
    if (report.type === 'candidate-pair' && report.state === 'succeeded' && (report.selected || report.nominated)) {
      found = report.selected || !found ? report : found;
    }
  }
  return found;
}

function pathOf(local: Report | undefined, remote: Report | undefined): Path {
  if (!local) return 'unknown';
  return local.candidateType === 'relay' || remote?.candidateType === 'relay' ? 'relayed' : 'direct';
}

/** The way out of this page: to its relay if it uses one, otherwise to the other side. */
function transportOf(local: Report | undefined): PathTransport {
  const name = (local?.candidateType === 'relay' && local.relayProtocol) || local?.protocol;
  return name === 'udp' || name === 'tcp' || name === 'tls' ? name : 'unknown';
}

function percent(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1000) / 10 : 0;
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * 10_000) / 10;
}

const LEAST_BETWEEN = 500;
const HALF_LIFE = 5000;
// Two looks of a second each, which come a little early at times.
const SILENCE = 1800;
const STUMBLE = 1800;
// A browser begins low and finds out what a path carries: until then a small picture blames nobody.
const SETTLED_AFTER = 8000;
const WIDE = 1_000_000;
// The share of its time that one picture's coder may need.
const BUSY = 0.8;
const GRADES: readonly Quality[] = ['good', 'fair', 'poor'];
