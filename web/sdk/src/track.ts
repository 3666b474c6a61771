import type { Gaze } from './gaze';
import type { Sealing } from './sealing';
import type { Speaker } from './speaker';
import type { Source, Track } from './types';

/** One source of one participant, and the elements that show it. */
export class RoomTrack implements Track {
  readonly kind: 'audio' | 'video';
  ended = false;
  mediaStreamTrack: MediaStreamTrack | undefined;
  private readonly elements = new Set<HTMLMediaElement>();
  private own: HTMLMediaElement | undefined;
  private stream: MediaStream | undefined;

  /** `gaze` is told on which elements others' pictures are. */
  constructor(
    readonly id: string,
    readonly source: Source,
    readonly share: string | undefined,
    private readonly mine: boolean,
    private readonly speaker: Speaker,
    public muted: boolean,
    private readonly gaze?: Gaze,
    /** What its sender says of it. */
    readonly sealed = false,
    private readonly sealing?: Sealing,
  ) {
    this.kind = kindOf(source);
  }

  get locked(): boolean {
    return !this.mine && !this.muted && (this.sealing ? this.sealing.isShut(this.mediaStreamTrack) : this.sealed);
  }

  /** What comes is noise to this page. */
  private get unreadable(): boolean {
    return this.sealed && !this.mine && !this.sealing;
  }

  attach(): HTMLVideoElement | HTMLAudioElement;
  attach<E extends HTMLMediaElement>(element: E): E;
  attach(given?: HTMLMediaElement): HTMLMediaElement {
    const element = given ?? document.createElement(this.kind);
    element.autoplay = true;
    (element as HTMLVideoElement).playsInline = true;
    // Nobody wants to hear himself, and pictures carry no sound: a browser plays muted ones unasked.
    element.muted = this.mine || this.kind === 'video';
    // One voice once: the element of the page takes over.
    if (this.own && given) this.silence();
    this.elements.add(element);
    this.show(element);
    if (this.kind === 'video') this.gaze?.meet(element, this);
    return element;
  }

  detach(element?: HTMLMediaElement): void {
    for (const each of element ? [element] : [...this.elements]) {
      if (!this.elements.delete(each)) continue;
      each.srcObject = null;
      this.speaker.remove(each);
      this.gaze?.leave(each);
    }
  }

  /** Plays a voice although no page attached it. */
  play(): void {
    if (this.kind === 'audio' && !this.mine && this.elements.size === 0) this.own = this.attach();
  }

  carry(track: MediaStreamTrack | undefined): boolean {
    if (track === this.mediaStreamTrack) return false;
    const before = this.mediaStreamTrack;
    this.mediaStreamTrack = track;
    if (track && before && this.stream) {
      // In the same stream an element keeps the last picture until the next one comes.
      this.stream.addTrack(track);
      this.stream.removeTrack(before);
    } else this.stream = track && new MediaStream([track]);
    for (const element of this.elements) this.show(element);
    return true;
  }

  end(): void {
    this.ended = true;
    this.carry(undefined);
    this.detach();
  }

  private show(element: HTMLMediaElement): void {
    if (this.unreadable) return;
    const stream = this.stream ?? null;
    if (element.srcObject !== stream) element.srcObject = stream;
    if (this.kind === 'audio' && !this.mine && this.mediaStreamTrack) this.speaker.add(element);
  }

  private silence(): void {
    this.detach(this.own);
    this.own = undefined;
  }
}

export function kindOf(source: Source): 'audio' | 'video' {
  return source === 'camera' || source === 'screen' ? 'video' : 'audio';
}
