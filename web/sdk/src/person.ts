import type { Downlink } from './downlink';
import { flows } from './flow';
import type { Gaze } from './gaze';
import type { Link } from './link';
import type { Peer } from './peer';
import type { ParticipantInfo, Permissions, TrackInfo } from './signal';
import type { Sealing } from './sealing';
import type { Speaker } from './speaker';
import type { Measured } from './stats';
import { kindOf, RoomTrack } from './track';
import type { Connection, Participant, Presence, Role, Source } from './types';
import { Voice } from './voices';

/** Somebody in the room, yourself included: what the room says of them, and what this page knows. */
export class Person implements Participant {
  readonly identity: string;
  readonly program: boolean;
  name = '';
  role: Role = 'guest';
  order = 0;
  instance = '';
  presence: Presence = 'online';
  hand: number | undefined;
  can: Permissions = { publish: true, subscribe: true, send: true, moderate: false };
  tracks: readonly RoomTrack[] = [];
  readonly voice = new Voice();
  peer: Peer | undefined;
  /** By which everybody's media comes, when it comes through the server. */
  down: Downlink | undefined;
  /** By which this page sends then. */
  up: Link | undefined;
  /** Whether the room goes through the server. */
  byServer = false;
  /** What the server forwards of this person, by the tracks' ids. */
  readonly forwarded = new Map<string, MediaStreamTrack>();
  /** How often the connection was built anew without success. */
  rebuilds = 0;
  measured: Measured | undefined;
  /** What it was measured on. */
  measuredOn: RTCPeerConnection | undefined;
  /** Of yourself: derived from the room's state and the others' numbers. */
  own: Connection | undefined;
  private readonly arrived = new Map<string, MediaStreamTrack>();

  constructor(
    info: ParticipantInfo,
    readonly isMe: boolean,
  ) {
    this.identity = info.identity;
    this.program = info.program;
    this.update(info);
  }

  get speaking(): boolean {
    return this.voice.speaking;
  }

  get level(): number {
    return this.voice.level;
  }

  get connection(): Connection {
    if (this.own) return this.own;
    const { link } = this;
    const cut = this.presence === 'reconnecting' || link?.state === 'reconnecting' || link?.state === 'failed';
    const { quality = 'unknown', reason = 'none', bitrateIn = 0 } = this.measured?.stats ?? {};
    // A connection with the server stands while the person behind it is gone.
    const stands = link?.state === 'connected' && (link === this.peer || bitrateIn > 0);
    return {
      state: link?.state ?? 'new',
      path: link?.path ?? 'unknown',
      transport: link?.transport ?? 'unknown',
      ...(cut && !stands ? { quality: 'lost', reason: 'disconnected' } : { quality, reason }),
    };
  }

  /** The way by which this person's media comes now. */
  get link(): Peer | Link | undefined {
    const { peer, down, up } = this;
    // Where nobody sends anything the server offers nothing.
    const server = down?.connection.remoteDescription ? down : (up ?? down);
    const [wanted, other] = this.byServer ? [server, peer] : [peer, server];
    return wanted?.state === 'connected' ? wanted : (other ?? wanted);
  }

  /** Whether all that comes has changed over to the way that the room takes. */
  get moved(): boolean {
    return this.tracks.every((track) => track.muted || (track.mediaStreamTrack && track.mediaStreamTrack === this.wanted(track)));
  }

  get peerConnection(): RTCPeerConnection | undefined {
    return this.link?.connection;
  }

  track(source: Source): RoomTrack | undefined {
    return this.tracks.find((track) => track.source === source);
  }

  /** All but the tracks. Returns whether another page speaks for this person now. */
  update(info: ParticipantInfo): boolean {
    const anew = this.instance !== info.instance;
    const { name, role, order, instance, presence, can } = info;
    Object.assign(this, { name, role, order, instance, presence, can, hand: info.hand ?? undefined });
    return anew;
  }

  /** Takes over what the room says is published; returns what is new or different. */
  publish(infos: readonly TrackInfo[], speaker: Speaker, gaze?: Gaze, sealing?: Sealing): RoomTrack[] {
    const changed: RoomTrack[] = [];
    const tracks = infos.map((info) => {
      const id = `${info.id}/${info.source}`;
      const known = this.tracks.find((track) => track.id === id);
      if (known?.muted === info.muted) return known;
      const track = known ?? new RoomTrack(id, info.source, shareOf(info), this.isMe, speaker, info.muted, gaze, !!info.sealed, sealing);
      track.muted = info.muted;
      changed.push(track);
      return track;
    });
    for (const gone of this.tracks) {
      if (tracks.includes(gone)) continue;
      gone.end();
      changed.push(gone);
    }
    this.tracks = tracks;
    return changed;
  }

  /** Media came; it may come before the room speaks of it, or after. */
  arrive(track: MediaStreamTrack, streamId: string | undefined, first: boolean): void {
    if (streamId) this.arrived.set(`${streamId}/${track.kind}`, track);
    if (first) this.arrived.set(`/${track.kind}`, track);
  }

  /** Joins announced tracks with arrived media; returns those that changed. */
  match(): RoomTrack[] {
    return this.tracks.filter((track) => {
      const direct = this.direct(track);
      const forwarded = this.forwarded.get(track.id);
      const [wanted, other] = this.byServer ? [forwarded, direct] : [direct, forwarded];
      const now = wanted && (!other || flows(wanted) || wanted === track.mediaStreamTrack);
      return track.carry(now ? wanted : (other ?? wanted));
    });
  }

  /** The connection is gone; another brings other media. */
  disconnect(): void {
    this.peer?.close();
    this.peer = undefined;
    this.measured = undefined;
    this.arrived.clear();
    this.voice.hear(0, Infinity);
  }

  leave(): void {
    this.disconnect();
    this.forwarded.clear();
    this.down = this.up = undefined;
    for (const track of this.tracks) track.end();
  }

  private direct(track: RoomTrack): MediaStreamTrack | undefined {
    const stream = track.id.slice(0, track.id.lastIndexOf('/'));
    const kind = kindOf(track.source);
    // A browser that names no streams: its first are microphone and camera.
    const fallback = track.share ? undefined : this.arrived.get(`/${kind}`);
    return this.arrived.get(`${stream}/${kind}`) ?? fallback;
  }

  private wanted(track: RoomTrack): MediaStreamTrack | undefined {
    return this.byServer ? this.forwarded.get(track.id) : this.direct(track);
  }
}

function shareOf({ id, source }: TrackInfo): string | undefined {
  return source === 'screen' || source === 'screenAudio' ? id : undefined;
}
