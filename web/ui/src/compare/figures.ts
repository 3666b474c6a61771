import type { LaneName, Workload } from './kinds.ts';

/**
 * What a lane did with a workload, by the same rules as the command line: `compare-vectors.json`
 * holds both to the same figures. Times are milliseconds of a round trip.
 */
export type Figures = {
  workload: Workload;
  lane: LaneName;
  /** one sentence when the lane did not work; then the rest says nothing */
  failure?: string | undefined;
  sent: number;
  /** answers that came after the workload's deadline */
  late: number;
  /** messages without an answer */
  lost: number;
  p50: number;
  p95: number;
  /** where the 95th percentile lies with 95 % confidence */
  p95Interval: [number, number];
  p99: number;
  /** mean difference between neighbours */
  jitter: number;
  /** longest time without an arrival */
  stall: number;
  mbps?: number;
  setup?: number;
  rpm?: number;
  cpu?: number;
  wire?: number;
  /** delays at 1, 2, … 100 % of what came back */
  cdf: number[];
  /** the delay of each message in the order of sending, null where no answer came */
  delays?: (number | null)[];
};

/** When each message left and when its answer came; an answer that never came is negative. */
export type Series = { sentAt: ArrayLike<number>; heardAt: ArrayLike<number> };

export function figures(workload: Workload, lane: LaneName, series: Series): Figures {
  // In whole nanoseconds, as the command line counts: halves then go the same way.
  const sentAt = Array.from(series.sentAt, nanos);
  const heardAt = Array.from(series.heardAt, nanos);
  const delays = sentAt.map((sent, i) => (heardAt[i]! >= 0 ? heardAt[i]! - sent : null));
  const sorted = delays.filter((delay) => delay !== null).sort((a, b) => a - b);
  const deadline = workload.deadline * 1e6;
  // The distribution-free interval of a quantile: ranks, counted from one, at ± 1.96 standard deviations
  // of a binomial, and the next above.
  const rank = 0.95 * sorted.length;
  const spread = 1.96 * Math.sqrt(sorted.length * 0.95 * 0.05);
  return {
    workload,
    lane,
    sent: delays.length,
    late: workload.deadline === 0 ? 0 : sorted.filter((delay) => delay > deadline).length,
    lost: delays.length - sorted.length,
    p50: millis(quantile(sorted, 0.5)),
    p95: millis(quantile(sorted, 0.95)),
    p95Interval: [
      millis(at(sorted, Math.floor(rank - spread) - 1)),
      millis(at(sorted, Math.ceil(rank + spread))),
    ],
    p99: millis(quantile(sorted, 0.99)),
    jitter: round(jitter(delays)),
    stall: millis(stall(heardAt)),
    cdf:
      sorted.length === 0
        ? []
        : Array.from({ length: 100 }, (_, i) => millis(quantile(sorted, (i + 1) / 100))),
    delays: delays.map((delay) => (delay === null ? null : millis(delay))),
  };
}

/** @param why in a server's words, perhaps */
export function failed(workload: Workload, lane: LaneName, why: string): Figures {
  const failure = printable(why);
  return {
    workload,
    lane,
    failure: failure.length > MOST_WORDS ? `${failure.slice(0, MOST_WORDS)}…` : failure,
    sent: 0,
    late: 0,
    lost: 0,
    p50: 0,
    p95: 0,
    p95Interval: [0, 0],
    p99: 0,
    jitter: 0,
    stall: 0,
    cdf: [],
  };
}

/**
 * What somebody else said, with a dot for each character that shows nothing, as the command line has
 * it: signs that turn the direction around would turn what stands beside them.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·');
}

const MOST_WORDS = 200;

/** The same with another deadline: where each message is known exactly, else by the percentiles. */
export function withDeadline(from: Figures, deadline: number): Figures {
  if (from.workload.deadline === 0 || from.failure !== undefined) {
    return from;
  }
  const late = from.delays
    ? from.delays.filter((delay) => delay !== null && delay > deadline).length
    : Math.round(
        (from.cdf.filter((delay) => delay > deadline).length / 100) * (from.sent - from.lost),
      );
  return { ...from, late, workload: { ...from.workload, deadline } };
}

/** The share that arrived in time. */
export function inTime({ sent, late, lost }: Figures): number {
  return sent === 0 ? 0 : (sent - late - lost) / sent;
}

/** Half the width of that share's 95 % interval (Agresti and Coull's). */
export function inTimeSpread({ sent, late, lost }: Figures): number {
  const n = sent + 4;
  const p = (sent - late - lost + 2) / n;
  return 1.96 * Math.sqrt((p * (1 - p)) / n);
}

/**
 * The mean difference between the delays of neighbours (RFC 3550 §6.4.1 takes the difference of
 * relative transit times; here without its smoothing, so that it is one figure for the whole).
 */
function jitter(delays: readonly (number | null)[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 1; i < delays.length; i++) {
    const [before, now] = [delays[i - 1]!, delays[i]!];
    if (before !== null && now !== null) {
      sum += Math.abs(now - before);
      pairs++;
    }
  }
  return pairs === 0 ? 0 : sum / 1e6 / pairs;
}

/** The longest time in which nothing arrived. */
function stall(heardAt: readonly number[]): number {
  const arrivals = heardAt
    .filter((at) => at >= 0)
    .sort((a, b) => a - b);
  return arrivals.reduce((most, now, i) => (i === 0 ? 0 : Math.max(most, now - arrivals[i - 1]!)), 0);
}

export function quantile(sorted: readonly number[], q: number): number {
  return at(sorted, Math.ceil(q * sorted.length) - 1);
}

function at(sorted: readonly number[], index: number): number {
  return sorted[Math.min(Math.max(index, 0), sorted.length - 1)] ?? 0;
}

function nanos(milliseconds: number): number {
  return Math.round(milliseconds * 1e6);
}

function millis(nanos: number): number {
  return round(nanos / 1e6);
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
