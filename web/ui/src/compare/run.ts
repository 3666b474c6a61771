import { failed, figures, round, type Figures } from './figures.ts';
import { carries, interval, isMany, isReliable, type LaneName, type Workload, workloadOf } from './kinds.ts';
import { PATIENCE, type Lane, type Opens } from './lanes/lane.ts';
export { Lanes } from './lanes/lanes.ts';
import { tcpModel } from './model.ts';
import { statsOf, wayOf, type Path } from './paths.ts';
import { ACKNOWLEDGE, ECHO, Tally } from './tally.ts';
import { Ticker } from './ticker.ts';

/** A lane at work, as it is drawn. */
export type Working = {
  kind: LaneName;
  tally: Tally;
  /** after how many milliseconds without an answer there will be none */
  gone: () => number;
};

/** What is being measured now. */
export type Phase = {
  workload: Workload;
  /** when it began, and how many milliseconds it lasts; nothing where nobody knows */
  begun: number;
  lasting: number | undefined;
  working: readonly Working[];
  /** those that have their turn by themselves, after the others */
  later: readonly LaneName[];
};

/**
 * One measurement: every workload over every lane, in the same order and by the same rules as the
 * command line. Somebody may stop it, which leaves what was measured until then.
 */
export class Run {
  phase: Phase | undefined;
  stopped = false;
  /** seconds that were measured of what was being measured when it was stopped */
  lasted = 0;
  readonly measured: Figures[] = [];
  readonly paths = new Map<LaneName, Path>();
  private readonly ticker = new Ticker();
  private readonly tallies = new Map<LaneName, Tally[]>();
  private readonly standing = new Map<LaneName, Lane>();
  private readonly refused = new Map<LaneName, string>();
  private closedSpent = 0;
  /** whether Server-Sent Events would stand in the way of others */
  private crowded = false;

  /**
   * @param seconds how long a workload lasts that is run on all lanes together; one that is run in
   *   turn lasts a quarter of it on each
   * @param loss the share of packets that the server loses on purpose, each way
   * @param changed hears of every new phase
   */
  constructor(
    private readonly lanes: Opens,
    private readonly kinds: readonly LaneName[],
    private readonly workloads: readonly Workload[],
    private readonly seconds: number,
    private readonly loss: number,
    private readonly changed: () => void,
  ) {}

  stop(): void {
    if (!this.stopped && this.phase?.lasting) {
      const { begun, workload } = this.phase;
      this.lasted = Math.max(0, performance.now() - begun - warm(workload) * interval(workload)) / 1000;
    }
    this.stopped = true;
  }

  /** Bytes that went through all lanes so far. */
  get spent(): number {
    return [...this.standing.values()].reduce((sum, lane) => sum + lane.spent, this.closedSpent);
  }

  /** How long the page kept the sender waiting: the 95th percentile. */
  get own(): number {
    return round(this.ticker.own());
  }

  async measure(): Promise<void> {
    try {
      this.crowded = await this.crowds();
      await this.together();
      await this.alone();
      this.closeAll();
      for (const workload of this.workloads) {
        if (workload.shape !== 'together') {
          await this.inTurn(workload);
        }
      }
    } finally {
      this.closeAll();
      this.ticker.close();
    }
  }

  private enter(workload: Workload, lasting: number | undefined, working: readonly Working[]): void {
    const later = this.kinds.filter((kind) => this.later(kind, workload));
    this.phase = { workload, begun: performance.now(), lasting, working, later };
    this.changed();
  }

  // ---- all lanes at once ----------------------------------------------------------------------

  private async together(): Promise<void> {
    for (const workload of this.steady()) {
      if (this.stopped) {
        return;
      }
      const kinds = this.kinds.filter((kind) => carries(kind, workload) && !this.later(kind, workload));
      await this.openAll(kinds, workload);
      const working = await this.sendOn(kinds.filter((kind) => this.standing.has(kind)), workload, this.seconds);
      this.model(workload, working);
    }
  }

  /** Those whose requests would stand in the way of the others'. */
  private async alone(): Promise<void> {
    this.closeAll();
    for (const workload of this.steady()) {
      for (const kind of this.kinds.filter((kind) => this.later(kind, workload))) {
        if (this.stopped) {
          return;
        }
        await this.openAll([kind], workload);
        if (this.standing.has(kind)) {
          await this.sendOn([kind], workload, this.seconds / 4);
        }
      }
    }
  }

  private later(kind: LaneName, workload: Workload): boolean {
    return kind === 'events' && isMany(workload) && this.crowded;
  }

  /**
   * Over HTTP/1.1 a browser has six connections to one host. Where the way is long, a POST for each
   * message takes more than the polling and the events themselves leave, and would hold the polling up.
   */
  private async crowds(): Promise<boolean> {
    const most = Math.max(0, ...this.steady().filter(isMany).map(({ perSecond }) => perSecond));
    const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (most === 0 || !this.kinds.includes('events') || page?.nextHopProtocol === 'h2') {
      return false;
    }
    const { tally } = this.work('events', workloadOf('connect'));
    try {
      await this.open('events');
    } catch {
      return false;
    }
    for (let i = 0; i < PROBES && !this.stopped; i++) {
      this.standing.get('events')?.send(tally.next(ECHO, performance.now()));
      await tally.settle(STRAGGLERS);
    }
    const { p50 } = figures(tally.workload, 'events', tally.series(0));
    return (most * p50) / 1000 > FREE;
  }

  private steady(): Workload[] {
    return this.workloads.filter(({ shape }) => shape === 'together');
  }

  private async openAll(kinds: readonly LaneName[], workload: Workload): Promise<void> {
    this.enter(workload, undefined, []);
    await Promise.all(
      kinds.map(async (kind) => {
        if (this.standing.get(kind)?.broken) {
          this.close(kind);
        }
        if (!this.standing.has(kind) && !this.refused.has(kind)) {
          try {
            await this.open(kind);
          } catch (why) {
            this.refused.set(kind, sentence(why));
          }
        }
      }),
    );
    for (const kind of kinds) {
      const why = this.refused.get(kind);
      if (why !== undefined) {
        this.measured.push(failed(workload, kind, why));
      }
    }
  }

  private async sendOn(kinds: readonly LaneName[], workload: Workload, seconds: number): Promise<readonly Working[]> {
    const working = kinds.map((kind) => this.work(kind, workload));
    this.enter(workload, seconds * 1000, working);
    await this.send(workload, working, seconds);
    await Promise.all(working.map((each) => this.settle(each)));
    await this.look();
    for (const { kind, tally } of working) {
      this.measured.push(figures(workload, kind, tally.series(warm(workload) * workload.burst)));
    }
    return working;
  }

  /** What TCP would have made of it, on a line whose round trip is that of what waits for nothing. */
  private model(workload: Workload, working: readonly Working[]): void {
    const plain = working.find(({ kind }) => kind === 'channel-lossy');
    if (this.loss === 0 || plain === undefined) {
      return;
    }
    const series = plain.tally.series(warm(workload) * workload.burst);
    const { p50, cdf } = figures(workload, plain.kind, series);
    if (cdf.length > 0) {
      this.measured.push(figures(workload, 'tcp-model', tcpModel(series.sentAt, p50, this.loss)));
    }
  }

  private async send(workload: Workload, working: readonly Working[], seconds: number): Promise<void> {
    if (working.length === 0) {
      return;
    }
    const [own, others] = [working.filter(this.hasBeat), working.filter((each) => !this.hasBeat(each))];
    own.forEach(({ kind, tally }) => this.standing.get(kind)?.beats?.(tally));
    await this.sendByTurns(workload, others, seconds);
    own.forEach(({ kind }) => this.standing.get(kind)?.beats?.(undefined));
  }

  private readonly hasBeat = ({ kind }: Working): boolean => this.standing.get(kind)?.beats !== undefined;

  /** The lanes send evenly one after the other within each interval: none is alone, none is crowded. */
  private async sendByTurns(workload: Workload, working: readonly Working[], seconds: number): Promise<void> {
    const every = interval(workload);
    const step = every / Math.max(1, working.length);
    const rounds = warm(workload) + Math.round((seconds * 1000) / every);
    const start = performance.now() + LEAD;
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < Math.max(1, working.length); i++) {
        const due = start + round * every + i * step;
        // A lane that is late is caught up with at once: the next is due by the clock, not by it.
        while (performance.now() < due) {
          await this.ticker.wake(due);
        }
        if (this.stopped) {
          return;
        }
        if (working.length === 0) {
          continue;
        }
        const { kind, tally } = working[i]!;
        const lane = this.standing.get(kind);
        for (let n = 0; n < workload.burst; n++) {
          lane?.send(tally.next(ECHO, performance.now()));
        }
      }
    }
  }

  // ---- one lane after the other ---------------------------------------------------------------

  private async inTurn(workload: Workload): Promise<void> {
    for (const kind of this.kinds.filter((kind) => carries(kind, workload))) {
      if (this.stopped) {
        return;
      }
      this.enter(workload, workload.shape === 'connect' ? undefined : (this.seconds / 4) * 1000, []);
      try {
        this.measured.push(await this.one(workload, kind));
        await this.look();
      } catch (why) {
        this.measured.push(failed(workload, kind, sentence(why)));
      } finally {
        this.closeAll();
      }
    }
  }

  private one(workload: Workload, kind: LaneName): Promise<Figures> {
    switch (workload.shape) {
      case 'bulk':
        return this.bulk(workload, kind);
      case 'loaded':
        return this.loaded(workload, kind);
      case 'connect':
        return this.connect(workload, kind);
      default:
        return this.turn(workload, kind);
    }
  }

  private async turn(workload: Workload, kind: LaneName): Promise<Figures> {
    await this.open(kind);
    const before = await this.lanes.processor();
    const working = this.work(kind, workload);
    this.enter(workload, (this.seconds / 4) * 1000, [working]);
    await this.send(workload, [working], this.seconds / 4);
    await this.settle(working);
    const after = await this.lanes.processor();
    const found = figures(workload, kind, working.tally.series(warm(workload) * workload.burst));
    return before === undefined || after === undefined || working.tally.sent === 0
      ? found
      : { ...found, cpu: round(((after - before) * 1000) / working.tally.sent) };
  }

  private async bulk(workload: Workload, kind: LaneName): Promise<Figures> {
    await this.open(kind);
    const working = this.work(kind, workload);
    this.enter(workload, undefined, [working]);
    await this.flow(working, FILE, Infinity, this.seconds * 2);
    const { delays: _, ...found } = figures(workload, kind, working.tally.series(0));
    return { ...found, ...throughput(working.tally) };
  }

  private async loaded(workload: Workload, kind: LaneName): Promise<Figures> {
    await this.open(kind);
    const file = this.work(kind, workloadOf('file'));
    const cursor = this.work(kind, workload);
    this.enter(workload, (this.seconds / 4) * 1000, [cursor]);
    await Promise.all([
      this.flow(file, Infinity, LOAD, this.seconds / 4),
      this.send(workload, [cursor], this.seconds / 4),
    ]);
    await this.settle(cursor);
    const found = figures(workload, kind, cursor.tally.series(warm(workload)));
    return {
      ...found,
      ...throughput(file.tally),
      ...(found.p50 === 0 ? {} : { rpm: Math.round(60_000 / found.p50) }),
    };
  }

  /**
   * Sends as fast as acknowledgements come, with a window in between, but not faster than so many
   * bits a second.
   */
  private async flow(working: Working, bytes: number, rate: number, seconds: number): Promise<void> {
    const { kind, tally } = working;
    const { size } = tally.workload;
    const begun = performance.now();
    const until = begun + seconds * 1000;
    let givenUp = 0;
    while (!this.stopped && tally.sent * size < bytes && performance.now() < until) {
      const lane = this.standing.get(kind);
      if (lane === undefined || lane.broken) {
        return;
      }
      if (await tally.room(WINDOW, givenUp, LOST_AFTER)) {
        const due = begun + (tally.sent * 8000 * size) / rate;
        if (due > performance.now()) {
          await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
        }
        lane.send(tally.next(ACKNOWLEDGE, performance.now()));
      } else {
        // On a lane that loses: what has not come back until now will not.
        givenUp = tally.sent - tally.heard;
      }
    }
    await this.settle(working);
  }

  /**
   * What does not give messages up brings them for as long as it stands, though it may be silent for
   * seconds before: timeouts are twice as long each time.
   */
  private settle({ kind, tally }: Working): Promise<void> {
    const patience = isReliable(kind) && !this.stopped ? PATIENCE : STRAGGLERS;
    return tally.settle(patience, () => !this.stands(kind));
  }

  private async connect(workload: Workload, kind: LaneName): Promise<Figures> {
    const times: number[] = [];
    for (let i = 0; i < CONNECTS && !this.stopped; i++) {
      const { tally } = this.work(kind, workload);
      const begun = performance.now();
      await this.open(kind);
      const lane = this.standing.get(kind);
      if (lane?.beats) {
        lane.beats(tally);
      } else {
        lane?.send(tally.next(ECHO, begun));
      }
      await tally.first(STRAGGLERS);
      this.closeAll();
      if (tally.heard > 0) {
        times.push(tally.heardAt.subarray(0, tally.sent).find((at) => at >= 0)! - begun);
      }
    }
    if (times.length === 0) {
      return failed(workload, kind, 'no answer came');
    }
    times.sort((a, b) => a - b);
    const { delays: _, ...nothing } = figures(workload, kind, { sentAt: [], heardAt: [] });
    return { ...nothing, setup: round(times[Math.floor(times.length / 2)]!) };
  }

  // ---- what stands ----------------------------------------------------------------------------

  private async open(kind: LaneName): Promise<void> {
    const tallies = this.talliesOf(kind);
    const lane = await this.lanes.open(kind, (answer, now) => {
      for (const tally of tallies) {
        tally.answer(answer, now);
      }
    });
    this.standing.set(kind, lane);
  }

  /** By which way the lanes go that stand now. */
  private async look(): Promise<void> {
    for (const [kind, { connection }] of this.standing) {
      const path = connection === undefined ? undefined : wayOf(await statsOf(connection));
      if (path !== undefined) {
        this.paths.set(kind, path);
      }
    }
  }

  private talliesOf(kind: LaneName): Tally[] {
    const tallies = this.tallies.get(kind) ?? [];
    this.tallies.set(kind, tallies);
    return tallies;
  }

  /** An answer is known by its workload's number: a lane has one tally for each. */
  private work(kind: LaneName, workload: Workload): Working {
    const tally = new Tally(workload);
    const tallies = this.talliesOf(kind);
    const before = tallies.findIndex((each) => each.workload.number === workload.number);
    tallies.splice(before < 0 ? tallies.length : before, before < 0 ? 0 : 1, tally);
    // What does not give messages up may be late, and has lost none while it stands.
    return { kind, tally, gone: () => (isReliable(kind) && this.stands(kind) ? Infinity : STRAGGLERS) };
  }

  private stands(kind: LaneName): boolean {
    return this.standing.get(kind)?.broken === false;
  }

  private close(kind: LaneName): void {
    const lane = this.standing.get(kind);
    this.standing.delete(kind);
    this.closedSpent += lane?.spent ?? 0;
    lane?.close();
  }

  private closeAll(): void {
    [...this.standing.keys()].forEach((kind) => this.close(kind));
  }
}

function throughput(tally: Tally): { mbps?: number } {
  let last = -1;
  for (let i = 0; i < tally.sent; i++) {
    last = Math.max(last, tally.heardAt[i]!);
  }
  const seconds = (last - tally.sentAt[0]!) / 1000;
  return last < 0 || seconds <= 0
    ? {}
    : { mbps: round((8 * tally.workload.size * tally.heard) / seconds / 1e6) };
}

/** Rounds that are not counted, since the first messages warm up: half a second, none where there are few. */
export function warm({ perSecond, burst }: Workload): number {
  return perSecond < 10 ? 0 : Math.floor(Math.floor(perSecond / 2) / burst);
}

function sentence(why: unknown): string {
  return why instanceof Error ? why.message : String(why);
}

const LEAD = 20;
const STRAGGLERS = 1000;
const LOST_AFTER = 500;
const FILE = 10_000_000;
/** Bits a second: what fills most lines, and no grant in a second. */
const LOAD = 100e6;
const WINDOW = 64;
const CONNECTS = 3;
const PROBES = 5;
/** Of six connections, what one for the events, two for the polling and some air leave. */
const FREE = 2.5;
