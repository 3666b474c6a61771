import type { Entrance } from './entrance';
import type { LocalMedia } from './media';
import type { Outgoing } from './peer';
import type { Person } from './person';
import type { MadangError } from './problem';
import type { Route } from './route';
import type { Sealing } from './sealing';
import type { TrackInfo } from './signal';
import { RoomTrack } from './track';
import type { Problem, Share } from './types';

export interface PublicationOutput {
  me(): Person | undefined;
  /** Where it goes. */
  route(): Route;
  /** Own tracks that are new or otherwise. */
  tracks(changed: Iterable<RoomTrack>): void;
  /** The room does not take it. */
  problem(problem: Problem): void;
  changed(): void;
}

/**
 * What this page publishes: microphone and camera in one stream, and each running share in one.
 * Keeps what is sent, and what others believe is sent, equal to the devices.
 */
export class Publication implements Outgoing {
  readonly stream = new MediaStream();
  shares: readonly (Share & { readonly stream: MediaStream; readonly video: RoomTrack; readonly audio: RoomTrack | undefined })[] = [];
  private told = '';
  private telling = false;
  private readonly offs: (() => void)[];

  constructor(
    private readonly media: LocalMedia,
    readonly sealing: Sealing | undefined,
    private readonly entrance: Entrance,
    private readonly output: PublicationOutput,
  ) {
    this.offs = [
      media.events.on('replaced', (kind) => {
        if (kind === 'microphone') output.route().setMicrophone(media.microphone.track ?? null);
        else output.route().setCamera(media.camera.track ?? null);
        this.renew();
      }),
      media.events.on('change', () => this.renew()),
    ];
  }

  get direction(): RTCRtpTransceiverDirection {
    const { publish = true, subscribe = true } = this.output.me()?.can ?? {};
    return publish ? (subscribe ? 'sendrecv' : 'sendonly') : subscribe ? 'recvonly' : 'inactive';
  }

  get microphone(): MediaStreamTrack | null {
    return this.allowed ? (this.media.microphone.track ?? null) : null;
  }

  get camera(): MediaStreamTrack | null {
    return this.allowed ? (this.media.camera.track ?? null) : null;
  }

  /** From now on others see this screen, until it is stopped here or in the browser's own bar. */
  share(stream: MediaStream): Share {
    const { id } = stream;
    const track = (source: 'screen' | 'screenAudio', media: MediaStreamTrack | undefined) => {
      if (!media) return undefined;
      const own = new RoomTrack(`${id}/${source}`, source, id, true, this.media.speaker, false);
      own.carry(media);
      media.addEventListener('ended', () => this.stop(id));
      return own;
    };
    const share = {
      id,
      stream,
      video: track('screen', stream.getVideoTracks()[0])!,
      audio: track('screenAudio', stream.getAudioTracks()[0]),
    };
    this.shares = [...this.shares, share];
    this.output.route().addShare(share);
    this.renew();
    return share;
  }

  stop(id: string): void {
    if (!this.end(id)) return;
    this.output.route().removeShare(id);
    this.renew();
  }

  /** The room may know nothing of it. */
  tellAnew(): void {
    this.told = '';
    this.renew();
  }

  close(): void {
    for (const off of this.offs) off();
    for (const { id } of this.shares) this.end(id);
  }

  private renew(): void {
    const { media } = this;
    const me = this.output.me();
    if (me) {
      const infos = this.infos();
      this.output.tracks(new Set([...me.publish(infos, media.speaker), ...this.match(me)]));
      void this.tell(infos);
    }
    this.output.changed();
  }

  private async tell(infos: readonly TrackInfo[]): Promise<void> {
    const { entrance } = this;
    const said = JSON.stringify(infos);
    if (!entrance.up || this.telling || this.told === said) return;
    this.telling = true;
    try {
      await entrance.ask('publish', { tracks: [...infos] });
      this.told = said;
    } catch (error) {
      const { code } = error as MadangError;
      if (code === 'too-fast' || code === 'no-answer') await new Promise((resolve) => setTimeout(resolve, 1000));
      else if (code !== 'not-connected') {
        this.told = said;
        this.output.problem(error as MadangError);
      }
    }
    this.telling = false;
    // What changed meanwhile, the last word first.
    if (entrance.up && this.output.me()) void this.tell(this.infos());
  }

  private get allowed(): boolean {
    return !!this.output.me()?.can.publish;
  }

  private infos(): TrackInfo[] {
    if (!this.allowed) return [];
    const { media, sealing } = this;
    const { id } = this.stream;
    const all: TrackInfo[] = [
      { id, source: 'microphone', muted: !media.microphone.on || !media.microphone.track },
      { id, source: 'camera', muted: !media.camera.on || !media.camera.track },
      ...this.shares.flatMap((share): TrackInfo[] => [
        { id: share.id, source: 'screen', muted: false },
        ...(share.audio ? [{ id: share.id, source: 'screenAudio' as const, muted: false }] : []),
      ]),
    ];
    return sealing ? all.map((info) => ({ ...info, sealed: true })) : all;
  }

  /** Gives the own tracks the devices' media; returns those that changed. */
  private match(me: Person): RoomTrack[] {
    return me.tracks.filter((track) => {
      if (track.source === 'microphone') return track.carry(this.media.microphone.track);
      if (track.source === 'camera') return track.carry(this.media.camera.track);
      const share = this.shares.find(({ id }) => id === track.share);
      return track.carry((track.source === 'screen' ? share?.video : share?.audio)?.mediaStreamTrack);
    });
  }

  private end(id: string): boolean {
    const share = this.shares.find((each) => each.id === id);
    if (!share) return false;
    this.shares = this.shares.filter((each) => each !== share);
    for (const track of share.stream.getTracks()) track.stop();
    return true;
  }
}
