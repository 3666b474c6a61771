import type { LocalMedia } from './media';
import type { Person } from './person';
import type { Speakers } from './signal';
import { measure, type Reports } from './stats';
import type { Connection, Quality, Source, State, Track } from './types';
import type { Uplink } from './uplink';
import { activeOf, LISTEN_EVERY, levelOf } from './voices';

export interface WatchOutput {
  me(): Person | undefined;
  others(): Iterable<Person>;
  state(): State;
  /** Whether what is heard comes from the server. */
  byServer(): boolean;
  /** By which this page sends, when the room goes through the server. */
  up(): Uplink | undefined;
  /** Whether this picture is on the screen. */
  sees(track: Track): boolean;
  changed(): void;
}

/** Looks on: who speaks, five times a second, and how each path is, every second. */
export class Watch {
  activeSpeaker: Person | undefined;
  private told: Speakers | undefined;
  private listening?: ReturnType<typeof setInterval>;
  private measuring?: ReturnType<typeof setInterval>;
  private listened = 0;
  /** How late this page comes to listen, smoothed, in milliseconds. */
  private late = 0;

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

  /** Who speaks, by the server: it knows sooner, and of those whom it does not forward now. */
  tell(speakers: Speakers): void {
    this.told = speakers;
    this.listen();
  }

  forget(person: Person): void {
    if (this.activeSpeaker === person) this.activeSpeaker = undefined;
  }

  async measureAll(): Promise<void> {
    const before = this.face();
    const reports = new Map<RTCPeerConnection, Promise<RTCStatsReport>>();
    const me = this.output.me();
    await Promise.all([...this.output.others(), ...(me ? [me] : [])].map((person) => this.measure(person, reports)));
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
    const { quality, reason } = (this.output.up() && this.output.me()?.measured?.stats) ?? best;
    if (RANK.indexOf(quality) < RANK.indexOf(best.quality)) best = { ...best, quality, reason };
    return best;
  }

  private listen(): void {
    const now = performance.now();
    // A page that is hidden is held back by the browser.
    const hidden = globalThis.document?.hidden;
    this.late = hidden || !this.listened ? 0 : this.late * 0.9 + 0.1 * Math.max(0, now - this.listened - LISTEN_EVERY);
    this.listened = now;
    const others = [...this.output.others()];
    const told = this.output.byServer() ? this.told : undefined;
    let changed = false;
    for (const person of others) {
      if (told) {
        changed = person.voice.tell(told.speaking.includes(person.identity)) || changed;
        continue;
      }
      const track = person.track('microphone');
      const receivers = track?.muted ? [] : [person.peer, person.down].flatMap((link) => link?.connection.getReceivers() ?? []);
      changed = person.voice.hear(levelOf(receivers.filter((each) => each.track === track?.mediaStreamTrack)), now) || changed;
    }
    const me = this.output.me();
    if (me) changed = me.voice.hear(this.media.level(), now) || changed;
    const active = told ? (others.find(({ identity }) => identity === told.active) ?? this.activeSpeaker) : activeOf(others, this.activeSpeaker);
    if (!changed && active === this.activeSpeaker) return;
    this.activeSpeaker = active;
    this.output.changed();
  }

  private async measure(person: Person, known: Map<RTCPeerConnection, Promise<RTCStatsReport>>): Promise<void> {
    const link = person.isMe ? this.output.up() : person.link;
    if (!link || link.state !== 'connected') return;
    const { connection } = link;
    let reports: Reports;
    try {
      if (!known.has(connection)) known.set(connection, connection.getStats());
      reports = (await known.get(connection)!) as unknown as Reports;
    } catch {
      return;
    }
    if (link !== (person.isMe ? this.output.up() : person.link)) return;
    const down = link === person.down ? person.down : undefined;
    const before = person.measuredOn === connection ? person.measured : undefined;
    person.measuredOn = connection;
    person.measured = measure(reports, before, {
      identity: person.identity,
      media: !person.isMe && person.presence === 'online' && person.tracks.some((track) => !track.muted && (!down || this.comes(track))),
      late: this.late > LATE,
      source: (direction, mid, kind) => down?.owners.get(mid ?? '')?.source ?? this.source(person, connection, direction, mid, kind),
      // One connection brings everybody's.
      ...(down ? { counts: ({ type, mid }) => type === 'inbound-rtp' && down.owners.get(mid)?.from === person.identity } : {}),
      ...(link.path === 'server' ? { path: link.path } : {}),
    });
    if (link.path !== 'server') link.path = person.measured.stats.path;
    link.transport = person.measured.stats.transport;
  }

  /** Whether the server surely forwards it: of many open microphones it does some, of pictures those that are seen. */
  private comes(track: Track): boolean {
    return track.kind === 'audio' ? !this.told?.limited : track.source === 'camera' && this.output.sees(track);
  }

  private source(person: Person, connection: RTCPeerConnection, direction: 'in' | 'out', mid: string | undefined, kind: string): Source | undefined {
    const place = connection.getTransceivers().find((each) => each.mid === mid);
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

const MEASURE_EVERY = 1000;
const LATE = 150;
const RANK: readonly Quality[] = ['unknown', 'lost', 'poor', 'fair', 'good'];
