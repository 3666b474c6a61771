import { figures, type Figures } from '../src/compare/figures.ts';
import { browserLanes, interval, isChannel, workloadOf, type LaneName } from '../src/compare/kinds.ts';
import { withFigures, type Report } from '../src/compare/report.ts';

/** A result as a line that loses gives it, always the same. */
export function loss(): Report {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  const measured: Figures[] = [];
  for (const name of ['chat', 'cursor', 'voice'] as const) {
    const workload = workloadOf(name);
    const every = interval(workload);
    for (const lane of browserLanes) {
      const count = Math.round(7000 / every);
      const sentAt = Array.from({ length: count }, (_, i) => i * every);
      measured.push(figures(workload, lane, { sentAt, heardAt: heard(lane, sentAt, random) }));
    }
  }
  return withFigures(
    {
      madang: '0.1.0',
      server: 'http://192.168.0.7:7700',
      at: '2026-01-02T03:04:05Z',
      seconds: 7,
      partial: false,
      clock: 'one clock: the browser’s performance.now(); delays are round trips in milliseconds',
      lab: null,
      workloads: [],
      results: [],
      verdicts: [],
      page: {
        browser: 'Chromium 156, Linux',
        bytes: 2_345_678,
        paths: browserLanes.filter(isChannel).map((lane) => ({ lane, transport: 'udp', relayed: false })),
        own: 1.4,
        resolution: 0.1,
        doubts: [],
      },
    },
    measured,
  );
}

/** One that a terminal wrote: with UDP and TCP, without what only a page knows. */
export function terminal(): Report {
  const { page: _, ...report } = loss();
  const results = report.results.flatMap((result) => {
    const { delays: _, ...known } = { delays: undefined, ...result };
    return result.lane === 'channel-lossy' ? [{ ...known, lane: 'udp' as const }, { ...known }] : result.lane === 'websocket' ? [{ ...known, lane: 'tcp' as const }, known] : [known];
  });
  return { ...report, results, clock: 'one clock: the client’s' };
}

/** What is lost is sent again, and holds up those behind it, or is not, as the lane has it. */
function heard(lane: LaneName, sentAt: readonly number[], random: () => number): number[] {
  let open = 0;
  return sentAt.map((sent) => {
    const lost = random() < 0.04;
    const usual = 81 + random() * 4 + (lane === 'polling' ? random() * 90 + 20 : 0);
    if (lost && (lane === 'channel-lossy' || lane === 'channel-lifetime')) {
      return -1;
    }
    const arrives = sent + usual + (lost ? 90 + random() * 60 : 0);
    open = lane === 'channel-unordered' ? arrives : Math.max(open, arrives);
    return isChannel(lane) && lane !== 'channel' ? arrives : open;
  });
}
