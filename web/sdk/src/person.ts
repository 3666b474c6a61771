import type { Peer } from './peer';
import type { ParticipantInfo, Permissions, TrackInfo } from './signal';
import type { Speaker } from './speaker';
import type { Measured } from './stats';
import { kindOf, RoomTrack } from './track';
import type { Connection, Participant, Presence, Role, Source } from './types';
import { Voice } from './voices';

/** Somebody in the room, yourself included: what the room says of them, and what this page knows. */
export class Person implements Participant {
  readonly identity: string;
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
  /** How often the connection was built anew without success. */
  rebuilds = 0;
  measured: Measured | undefined;
  /** Of yourself: derived from the room's state and the others' numbers. */
  own: Connection | undefined;
  private readonly arrived = new Map<string, MediaStreamTrack>();

  constructor(
    info: ParticipantInfo,
    readonly isMe: boolean,
  ) {
    this.identity = info.identity;
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
    const { peer } = this;
    const cut = this.presence === 'reconnecting' || peer?.state === 'reconnecting' || peer?.state === 'failed';
    const { quality = 'unknown', reason = 'none' } = this.measured?.stats ?? {};
    return {
      state: peer?.state ?? 'new',
      path: peer?.path ?? 'unknown',
      transport: peer?.transport ?? 'unknown',
      ...(cut && peer?.state !== 'connected' ? { quality: 'lost', reason: 'disconnected' } : { quality, reason }),
    };
  }

  get peerConnection(): RTCPeerConnection | undefined {
    return this.peer?.connection;
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
  publish(infos: readonly TrackInfo[], speaker: Speaker): RoomTrack[] {
    const changed: RoomTrack[] = [];
    const tracks = infos.map((info) => {
      const id = `${info.id}/${info.source}`;
      const known = this.tracks.find((track) => track.id === id);
      if (known?.muted === info.muted) return known;
      const track = known ?? new RoomTrack(id, info.source, shareOf(info), this.isMe, speaker, info.muted);
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
      const stream = track.id.slice(0, track.id.lastIndexOf('/'));
      const kind = kindOf(track.source);
      // A browser that names no streams: its first are microphone and camera.
      const fallback = track.share ? undefined : this.arrived.get(`/${kind}`);
      return track.carry(this.arrived.get(`${stream}/${kind}`) ?? fallback);
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
    for (const track of this.tracks) track.end();
  }
}

function shareOf({ id, source }: TrackInfo): string | undefined {
  return source === 'screen' || source === 'screenAudio' ? id : undefined;
}
