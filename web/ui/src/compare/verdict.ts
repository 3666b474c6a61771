import { inTime, inTimeSpread, type Figures } from './figures.ts';
import { isReliable, workloads, type Workload } from './kinds.ts';
import { sentence, type Both } from './sentences.ts';

/**
 * Which lanes suit a workload best: the best, and all between which and it the figures show no
 * difference. The command line has the same rule; `compare-vectors.json` holds both to it.
 */
export type Verdict = {
  workload: Workload;
  /** the best first, and the others by what they are measured by */
  best: Figures[];
  /** that is every lane that worked */
  all: boolean;
  /** those that lost or were late, and those that look better than the best and are not */
  others: Figures[];
  said: Both;
};

export function verdicts(figures: readonly Figures[]): Verdict[] {
  return workloads.flatMap(({ name }) => {
    const worked = figures
      .filter(
        ({ workload, failure, lane, sent, setup }) =>
          workload.name === name &&
          failure === undefined &&
          // A model is no measurement: it is shown beside them, and judged by nobody.
          lane !== 'tcp-model' &&
          // Stopped before it began, it says nothing.
          (sent > 0 || setup !== undefined),
      )
      // Of two that never came neither is first.
      .sort((a, b) => value(a) - value(b) || 0);
    // The figures' own workload: its deadline may have been moved.
    return worked.length === 0 ? [] : [verdict(worked[0]!.workload, worked)];
  });
}

function verdict(workload: Workload, worked: readonly Figures[]): Verdict {
  const able = timely(whole(workload, worked));
  const first = able[0];
  const best = able.filter((each) => isLike(each, first!));
  const others = worked.filter(
    (each) =>
      !best.includes(each) &&
      (first === undefined || value(each) < value(first) || (workload.deadline > 0 && inTime(each) < ALMOST_ALL)),
  );
  const found = { workload, best, all: best.length === worked.length, others };
  return { ...found, said: sentence({ ...found, nothingServes: !serves(best) }) };
}

/** Whether the best bring enough in time to be used. */
export function serves(best: readonly Figures[]): boolean {
  return best.some((each) => each.workload.deadline === 0 || inTime(each) >= GOOD_ENOUGH);
}

/** By what a lane is measured; less is better. */
function value({ workload: { shape }, mbps, setup, cdf, p95 }: Figures): number {
  return shape === 'bulk' ? -(mbps ?? 0) : shape === 'connect' ? (setup ?? 0) : cdf.length === 0 ? Infinity : p95;
}

/**
 * Where all has to arrive those that brought it; one that gives messages up was only lucky, where
 * there are others.
 */
function whole({ needsAll, shape }: Workload, worked: readonly Figures[]): readonly Figures[] {
  if (!needsAll || shape === 'connect') {
    return worked;
  }
  const all = worked.filter(({ lost }) => lost === 0);
  const sure = all.filter(({ lane }) => isReliable(lane));
  return sure.length > 0 ? sure : all;
}

/** Those whose share in time is no less than the greatest: whose interval overlaps its interval. */
function timely(able: readonly Figures[]): readonly Figures[] {
  const [most] = [...able].sort((a, b) => inTime(b) - inTime(a));
  return able.filter((each) => inTime(most!) - inTime(each) <= inTimeSpread(most!) + inTimeSpread(each));
}

/**
 * Whether the figures show no difference from the first, which has the least value: the intervals
 * overlap, or what lies between is too little to matter.
 */
function isLike(each: Figures, first: Figures): boolean {
  const [its, least] = [value(each), value(first)];
  const { shape } = each.workload;
  return shape === 'bulk'
    ? its <= least * 0.8
    : shape === 'connect'
      ? its <= least + Math.max(least * 0.2, 5)
      : (each.cdf.length === 0 ? its : each.p95Interval[0]) <= Math.max(first.p95Interval[1], least * 1.1 + 2);
}

const ALMOST_ALL = 0.99;
const GOOD_ENOUGH = 0.9;
