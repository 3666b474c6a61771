import { browser, doubts, resolution } from './confidence.ts';
import { round } from './figures.ts';
import { carries, isMany, type LaneName, type Workload } from './kinds.ts';
import type { Opens } from './lanes/lane.ts';
import { withFigures, type Report } from './report.ts';
import type { Phase, Run } from './run.ts';

/** A measurement that goes on; stopped, it still has a report of what there was until then. */
export type Measuring = { report: Promise<Report>; stop: () => void };

const CLOCK = 'one clock: the browser’s performance.now(); delays are round trips in milliseconds';

/**
 * What is measured: over which lanes, on a line of which the server loses a share of a hundred, and
 * whose browser is at the other end, where that is not the server.
 */
export type Subject = { kinds: readonly LaneName[]; loss: number; peer?: string };

/**
 * @param given opens lanes to another device; without it, they are opened to this server
 * @param changed hears of every new phase
 */
export function measure(
  given: Opens | undefined,
  { kinds, loss, peer }: Subject,
  workloads: readonly Workload[],
  version: string,
  changed: (phase: Phase | undefined) => void,
): Measuring {
  let run: Run | undefined;
  let stopped = false;
  return {
    report: begin(),
    stop: () => {
      stopped = true;
      run?.stop();
    },
  };

  async function begin(): Promise<Report> {
    // Whoever only reads a result loads nothing that measures.
    const { Lanes, Run } = await import('./run.ts');
    const lanes = given ?? (await Lanes.ask(loss));
    const each = share(workloads);
    const made = new Run(lanes, kinds, workloads, each, loss / 100, () => changed(made.phase));
    run = made;
    if (stopped) {
      made.stop();
    }
    const at = `${new Date().toISOString().slice(0, 19)}Z`;
    const step = resolution();
    let hidden = document.hidden;
    const watch = () => {
      hidden ||= document.hidden;
    };
    document.addEventListener('visibilitychange', watch);
    try {
      await made.measure();
    } finally {
      document.removeEventListener('visibilitychange', watch);
      lanes.close();
    }
    return withFigures(
      {
        madang: version,
        server: location.origin,
        at,
        seconds: made.stopped ? Math.max(0.01, round(made.lasted)) : each,
        partial: made.stopped,
        clock: CLOCK,
        lab: null,
        workloads: [],
        results: [],
        verdicts: [],
        page: {
          browser: browser(navigator.userAgent),
          bytes: made.spent,
          paths: [...made.paths].map(([lane, path]) => ({ lane, ...path })),
          own: made.own,
          resolution: step,
          doubts: doubts({ stopped: made.stopped, hidden, own: made.own, resolution: step }),
          ...(loss > 0 ? { loss: loss / 100 } : {}),
          ...(peer === undefined ? {} : { peer }),
        },
      },
      made.measured,
    );
  }
}

/** Seconds that up to three workloads have between them; with their connections that is half a minute. */
const ALL = 18;

function share(workloads: readonly Workload[]): number {
  return ALL / Math.min(3, Math.max(1, workloads.length));
}

/** How long it takes, in all, about. */
export function seconds(workloads: readonly Workload[], kinds: readonly LaneName[]): number {
  const each = share(workloads);
  return workloads.reduce((sum, workload) => {
    const lanes = kinds.filter((lane) => carries(lane, workload)).length;
    switch (workload.shape) {
      case 'together':
        return sum + each + 1.2 + (isMany(workload) && kinds.includes('events') ? each / 4 + 1 : 0);
      case 'connect':
        return sum + lanes;
      default:
        return sum + lanes * (each / 4 + 1);
    }
  }, 1);
}
