import { inTime, inTimeSpread, type Figures } from './figures.ts';
import { isReliable, workloads, type Workload } from './kinds.ts';
import { sentence, type Both } from './sentences.ts';

/** Which lanes suit a workload best: all between which the figures show no difference. */
export type Verdict = {
  workload: Workload;
  best: Figures[];
  /** that is every lane that worked */
  all: boolean;
  /** those that lose or are late */
  others: Figures[];
  said: Both;
};

export function verdicts(figures: readonly Figures[]): Verdict[] {
  return workloads.flatMap(({ name }) => {
    const worked = figures.filter(
      // A model is no measurement: it is shown beside them, and judged by nobody.
      ({ workload, failure, lane }) => workload.name === name && failure === undefined && lane !== 'tcp-model',
    );
    // The figures' own workload: its deadline may have been moved.
    return worked.length === 0 ? [] : [verdict(worked[0]!.workload, worked)];
  });
}

function verdict(workload: Workload, worked: readonly Figures[]): Verdict {
  const usable = workload.needsAll ? whole(worked) : worked;
  const best =
    workload.shape === 'bulk'
      ? near(usable, ({ mbps }) => -(mbps ?? 0), 0.2, 0)
      : workload.shape === 'connect'
        ? near(worked, ({ setup }) => setup ?? 0, 0.2, 5)
        : quickest(usable);
  const others =
    workload.deadline > 0
      ? worked.filter((each) => !best.includes(each) && inTime(each) < ALMOST_ALL)
      : [];
  const found = { workload, best, all: best.length === worked.length, others };
  return { ...found, said: sentence({ ...found, nothingServes: nothingServes(workload, best) }) };
}

/** Those that brought all of it; one that gives messages up was only lucky, where there are others. */
function whole(worked: readonly Figures[]): readonly Figures[] {
  const all = worked.filter(({ lost }) => lost === 0);
  const sure = all.filter(({ lane }) => isReliable(lane));
  return sure.length > 0 ? sure : all;
}

/** Those within a share, and an absolute distance, of the lowest. */
function near(
  among: readonly Figures[],
  value: (of: Figures) => number,
  share: number,
  distance: number,
): Figures[] {
  const least = Math.min(...among.map(value));
  const most = least + Math.max(Math.abs(least) * share, distance);
  return among.filter((each) => value(each) <= most);
}

/**
 * First by what arrived in time, then by the 95th percentile; what lies within the other's interval
 * is no difference.
 */
function quickest(usable: readonly Figures[]): Figures[] {
  if (usable.length === 0) {
    return [];
  }
  const most = usable.reduce((best, each) => (inTime(each) > inTime(best) ? each : best));
  const timely = usable.filter(
    (each) => inTime(most) - inTime(each) <= inTimeSpread(most) + inTimeSpread(each),
  );
  const fastest = timely.reduce((best, each) => (each.p95 < best.p95 ? each : best));
  const same = Math.max(fastest.p95Interval[1], fastest.p95 * 1.1) + SAME_MILLIS;
  return timely.filter((each) => each.p95Interval[0] <= same);
}

/** Whether even the best brought too little in time to be used. */
function nothingServes(workload: Workload, best: readonly Figures[]): boolean {
  return workload.deadline > 0 && best.every((each) => inTime(each) < GOOD_ENOUGH);
}

const ALMOST_ALL = 0.99;
const GOOD_ENOUGH = 0.9;
const SAME_MILLIS = 2;
