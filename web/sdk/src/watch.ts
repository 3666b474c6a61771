import type { LocalMedia } from './media';
import type { Person } from './person';
import { measure, type Measured, type Reports } from './stats';
import type { Connection, Quality, Source, State } from './types';
import { activeOf, LISTEN_EVERY, levelOf } from './voices';

export interface WatchOutput {
  me(): Person | undefined;
  others(): Iterable<Person>;
  state(): State;
  changed(): void;
}

/** Looks on: who speaks, five times a second, and how each path is, every two seconds. */
export class Watch {
  activeSpeaker: Person | undefined;
  private listening?: ReturnType<typeof setInterval>;
  private measuring?: ReturnType<typeof setInterval>;

  constructor(
    private readonly media: LocalMedia,
    private readonly output: WatchOutput,
  ) {}

  start(): void {
    this.stop();
    this.listening = setInterval(() => this.listen(), LISTEN_EVERY);
    this.measuring = setInterval(() => void this.measureAll(), MEASURE_EVERY);
  }

  stop(): void {
    clearInterval(this.listening);
    clearInterval(this.measuring);
  }

  forget(person: Person): void {
    if (this.activeSpeaker === person) this.activeSpeaker = undefined;
  }

  async measureAll(): Promise<void> {
    const before = this.face();
    await Promise.all([...this.output.others()].map((person) => this.measure(person)));
    if (this.face() !== before) this.output.changed();
  }

  /** Of yourself: as good as your best path, since the others' troubles are theirs. */
  own(): Connection {
    const state = this.output.state();
    if (state.name !== 'connected') {
      const trying = state.name === 'reconnecting' ? 'reconnecting' : 'connecting';
      return { state: trying, path: 'unknown', transport: 'unknown', quality: 'lost', reason: 'disconnected' };
    }
    let best: Connection = { state: 'connected', path: 'unknown', transport: 'unknown', quality: 'unknown', reason: 'none' };
    for (const { connection } of this.output.others()) {
      if (RANK.indexOf(connection.quality) > RANK.indexOf(best.quality)) best = { ...connection, state: 'connected' };
    }
    return best;
  }

  private listen(): void {
    const now = performance.now();
    const others = [...this.output.others()];
    let changed = false;
    for (const person of others) {
      const track = person.track('microphone');
      const receivers = track?.muted ? [] : (person.peer?.connection.getReceivers() ?? []);
      changed = person.voice.hear(levelOf(receivers.filter((each) => each.track === track?.mediaStreamTrack)), now) || changed;
    }
    const me = this.output.me();
    if (me) changed = me.voice.hear(this.media.level(), now) || changed;
    const active = activeOf(others, this.activeSpeaker);
    if (!changed && active === this.activeSpeaker) return;
    this.activeSpeaker = active;
    this.output.changed();
  }

  private async measure(person: Person): Promise<void> {
    const { peer } = person;
    if (!peer || peer.state !== 'connected') return;
    let reports: Reports;
    try {
      reports = (await peer.connection.getStats()) as unknown as Reports;
    } catch {
      return;
    }
    if (person.peer !== peer) return;
    const measured: Measured = measure(reports, person.measured, {
      identity: person.identity,
      media: person.presence === 'online' && person.tracks.some((track) => !track.muted),
      source: (direction, mid, kind) => this.source(person, direction, mid, kind),
    });
    person.measured = measured;
    peer.path = measured.stats.path;
    peer.transport = measured.stats.transport;
  }

  private source(person: Person, direction: 'in' | 'out', mid: string | undefined, kind: string): Source | undefined {
    const place = person.peer?.connection.getTransceivers().find((each) => each.mid === mid);
    const track = direction === 'in' ? place?.receiver.track : place?.sender.track;
    const owner = direction === 'in' ? person : this.output.me();
    return track ? owner?.tracks.find((each) => each.kind === kind && each.mediaStreamTrack === track)?.source : undefined;
  }

  /** What of the measurements a page shows without asking. */
  private face(): string {
    return [...this.output.others()]
      .map(({ identity, connection }) => [identity, connection.path, connection.transport, connection.quality, connection.reason].join())
      .join(';');
  }
}

const MEASURE_EVERY = 2000;
const RANK: readonly Quality[] = ['unknown', 'lost', 'poor', 'fair', 'good'];
