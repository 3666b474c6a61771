import { everyDoubt, trust, type Doubt } from './confidence.ts';
import { failed, printable, type Figures } from './figures.ts';
import { laneNames, type LaneName, workloadOf, workloads, type WorkloadName } from './kinds.ts';
import type { Path } from './paths.ts';
import { fixed } from './sentences.ts';
import { verdicts } from './verdict.ts';

/** A result, as `docs/compare.schema.json` describes it; the command line writes the same. */
export type Report = {
  madang: string;
  server: string;
  at: string;
  seconds: number;
  partial: boolean;
  clock: string;
  lab: Record<string, number> | null;
  /** of a terminal's measurement; a page has its own */
  doubts?: Doubt[];
  workloads: { name: WorkloadName; size: number; perSecond: number; burst: number; deadline: number }[];
  results: Result[];
  verdicts: { workload: WorkloadName; best: LaneName[]; same: boolean; en: string; ko: string }[];
  page?: Page;
};

export type Result = { workload: WorkloadName; lane: LaneName } & (
  | { failure: string }
  | {
      failure?: undefined;
      sent: number;
      late: number;
      lost: number;
      p50?: number;
      p95?: number;
      p95Interval?: [number, number];
      p99?: number;
      jitter?: number;
      stall?: number;
      mbps?: number;
      setup?: number;
      rpm?: number;
      cpu?: number;
      wire?: number;
      cdf?: number[];
      delays?: (number | null)[];
    }
);

/** What only a browser's measurement says. */
export type Page = {
  browser: string;
  /** bytes of messages, both ways, without the headers of the network */
  bytes: number;
  paths: ({ lane: LaneName } & Path)[];
  /** milliseconds that the page kept its own sender waiting: the 95th percentile */
  own: number;
  /** the finest step of its clock, in milliseconds */
  resolution: number;
  doubts: Doubt[];
  /** the share of packets that the server lost on purpose, each way, of what is not a model */
  loss?: number;
  /** the browser at the other end, where that was not the server */
  peer?: string;
};

export function results(figures: readonly Figures[]): Result[] {
  return sorted(figures).map((each): Result => {
    const { workload, lane, failure, cdf, delays, sent, late, lost } = each;
    const named = { workload: workload.name, lane };
    if (failure !== undefined) {
      return { ...named, failure };
    }
    const { p50, p95, p95Interval, p99, jitter, stall, mbps, setup, rpm, cpu, wire } = each;
    return {
      ...named,
      sent,
      late,
      lost,
      ...(cdf.length > 0 ? { p50, p95, p95Interval, p99, jitter, stall, cdf } : {}),
      ...(delays && delays.length > 0 ? { delays } : {}),
      ...defined({ mbps, setup, rpm, cpu, wire }),
    };
  });
}

/** In the order of the table, whatever was measured first. */
export function sorted(figures: readonly Figures[]): Figures[] {
  const place = ({ workload, lane }: Figures) => workload.number * 100 + laneNames.indexOf(lane);
  return [...figures].sort((a, b) => place(a) - place(b));
}

function defined<Values extends object>(values: Values): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<Values>;
}

/** The figures in a report. */
export function figuresOf(report: Report): Figures[] {
  return report.results.map((result): Figures => {
    const written = report.workloads.find(({ name }) => name === result.workload);
    const workload = { ...workloadOf(result.workload), ...written };
    return { ...failed(workload, result.lane, ''), failure: undefined, ...result, workload };
  });
}

/**
 * Of the command line's reports beside a browser's: the newest figures of what a browser has not. None
 * where the browser measured something else than its way to the server as it is.
 */
export function besides({ page }: Report, runs: readonly Report[]): Figures[] {
  const found = new Map<string, Figures>();
  if (page === undefined || page.loss !== undefined || page.peer !== undefined) {
    return [];
  }
  for (const run of runs.filter(({ page }) => page === undefined)) {
    for (const each of figuresOf(run).filter(({ lane }) => lane === 'tcp' || lane === 'udp')) {
      found.set(`${each.workload.name} ${each.lane}`, each);
    }
  }
  return sorted([...found.values()]);
}

/** The same report with other figures: late by other deadlines, say. */
export function withFigures(report: Report, figures: readonly Figures[]): Report {
  const used = workloads.flatMap(({ name }) => {
    const one = figures.find(({ workload }) => workload.name === name);
    return one === undefined ? [] : [one.workload];
  });
  return {
    ...report,
    workloads: used.map(({ name, size, perSecond, burst, deadline }) => ({ name, size, perSecond, burst, deadline })),
    results: results(figures),
    verdicts: verdicts(sorted(figures)).map(({ workload, best, all, said }) => ({
      workload: workload.name,
      best: best.map(({ lane }) => lane),
      same: all && best.length > 1,
      ...said,
    })),
  };
}

/** What of a file can be shown; a sentence of a person's own file is never taken for markup. */
export function readReport(text: string): Report | undefined {
  try {
    const report = JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? printable(value) : value)) as Report;
    const good =
      report.results.length > 0 &&
      Date.parse(report.at) > 0 &&
      report.results.every(
        ({ workload, lane }) => workloads.some(({ name }) => name === workload) && laneNames.includes(lane),
      ) &&
      new Set(report.results.map(({ workload, lane }) => workload + lane)).size === report.results.length;
    return good ? withFigures({ ...report, doubts: listed(report.doubts), page: pageOf(report.page) }, figuresOf(report)) : undefined;
  } catch {
    return undefined;
  }
}

function pageOf(page: Page | undefined): Page | undefined {
  return page && Array.isArray(page.paths) && Array.isArray(page.doubts) ? page : undefined;
}

/** Each once, whatever a file says. */
export function doubtsOf({ doubts = [], page, partial }: Report): Doubt[] {
  return everyDoubt.filter(
    (each) => doubts.includes(each) || page?.doubts.includes(each) || (partial && each === 'stopped'),
  );
}

/** In how far to trust what was found for one use, whose figures these are. */
export function trusted(report: Report, figures: readonly Figures[]): ReturnType<typeof trust> {
  const counted = figures.filter(({ failure, workload }) => failure === undefined && !['bulk', 'connect'].includes(workload.shape));
  return trust(doubtsOf(report), Math.min(...counted.map(({ sent }) => sent)));
}

function listed<Of>(of: Of): Of | undefined {
  return Array.isArray(of) ? of : undefined;
}

export type Cell = { word: Word; text: string };
export type Word = 'p50' | 'p95' | 'p99' | 'late' | 'lost' | 'jitter' | 'stall' | 'throughput' | 'setup' | 'rpm' | 'cpu' | 'wire';

/** The figures of one lane as they are read, in the order of their columns. */
export function cells(figures: Figures): Cell[] {
  const { workload, cdf, sent } = figures;
  const delay = (value: number) => (cdf.length === 0 ? '–' : `${fixed(value, 1)} ms`);
  const share = (of: number) => (sent === 0 || of === 0 ? '0' : `${fixed((100 * of) / sent, 1)} %`);
  const optional = (value: number | undefined, digits: number, unit: string) =>
    value === undefined ? '–' : `${fixed(value, digits)}${unit}`;
  switch (workload.shape) {
    case 'bulk':
      return [
        { word: 'throughput', text: optional(figures.mbps, 0, ' Mb/s') },
        { word: 'lost', text: share(figures.lost) },
      ];
    case 'connect':
      return [{ word: 'setup', text: optional(figures.setup, 1, ' ms') }];
    default:
      return [
        { word: 'p50', text: delay(figures.p50) },
        { word: 'p95', text: delay(figures.p95) },
        { word: 'p99', text: delay(figures.p99) },
        { word: 'late', text: share(figures.late) },
        { word: 'lost', text: share(figures.lost) },
        { word: 'jitter', text: delay(figures.jitter) },
        { word: 'stall', text: delay(figures.stall) },
        ...(workload.shape === 'loaded'
          ? [{ word: 'rpm' as const, text: optional(figures.rpm, 0, '') }]
          : workload.shape === 'inTurn'
            ? [
                { word: 'cpu' as const, text: optional(figures.cpu, 0, ' µs') },
                { word: 'wire' as const, text: optional(figures.wire, 2, '') },
              ]
            : []),
      ];
  }
}
