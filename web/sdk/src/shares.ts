import type { LocalMedia } from './media';
import type { Person } from './person';
import type { TrackInfo } from './signal';
import type { Speaker } from './speaker';
import { RoomTrack } from './track';
import type { Share } from './types';

/** What this page publishes: microphone and camera in one stream, and each running share in one. */
export class LocalShares {
  readonly stream = new MediaStream();
  list: readonly (Share & { readonly stream: MediaStream; readonly video: RoomTrack; readonly audio: RoomTrack | undefined })[] = [];

  constructor(private readonly speaker: Speaker) {}

  /** `ended` is called when the person stops it from the browser's own bar. */
  add(stream: MediaStream, ended: () => void) {
    const { id } = stream;
    const track = (source: 'screen' | 'screenAudio', media: MediaStreamTrack | undefined) => {
      if (!media) return undefined;
      const own = new RoomTrack(`${id}/${source}`, source, id, true, this.speaker, false);
      own.carry(media);
      media.addEventListener('ended', ended);
      return own;
    };
    const share = {
      id,
      stream,
      video: track('screen', stream.getVideoTracks()[0])!,
      audio: track('screenAudio', stream.getAudioTracks()[0]),
    };
    this.list = [...this.list, share];
    return share;
  }

  remove(id: string): boolean {
    const share = this.list.find((each) => each.id === id);
    if (!share) return false;
    this.list = this.list.filter((each) => each !== share);
    for (const track of share.stream.getTracks()) track.stop();
    return true;
  }

  infos(media: LocalMedia, sealed: boolean): TrackInfo[] {
    const { id } = this.stream;
    const all: TrackInfo[] = [
      { id, source: 'microphone', muted: !media.microphone.on || !media.microphone.track },
      { id, source: 'camera', muted: !media.camera.on || !media.camera.track },
      ...this.list.flatMap((share): TrackInfo[] => [
        { id: share.id, source: 'screen', muted: false },
        ...(share.audio ? [{ id: share.id, source: 'screenAudio' as const, muted: false }] : []),
      ]),
    ];
    return sealed ? all.map((info) => ({ ...info, sealed })) : all;
  }

  /** Gives the own tracks the devices' media; returns those that changed. */
  match(me: Person, media: LocalMedia): RoomTrack[] {
    return me.tracks.filter((track) => {
      if (track.source === 'microphone') return track.carry(media.microphone.track);
      if (track.source === 'camera') return track.carry(media.camera.track);
      const share = this.list.find(({ id }) => id === track.share);
      return track.carry((track.source === 'screen' ? share?.video : share?.audio)?.mediaStreamTrack);
    });
  }
}
