import type { MadangError } from './problem';
import type { Sight } from './signal';
import type { Track } from './types';

export interface GazeOutput {
  others(): Iterable<{ readonly identity: string; readonly tracks: readonly Track[] }>;
  /** Whether there is a server that wants to know. */
  wanted(): boolean;
  look(sights: Sight[]): Promise<unknown>;
}

/** What of the others' pictures is on the screen, and how large: what is not need not be sent. */
export class Gaze {
  pinned: Track | undefined;
  private readonly on = new Map<Element, Track>();
  private readonly visible = new WeakSet<Element>();
  private told = '';
  private timer?: ReturnType<typeof setTimeout> | undefined;
  private readonly sizes?: ResizeObserver;
  private readonly places?: IntersectionObserver;
  /** The small window that a browser puts over all others, with one picture. */
  private above: PictureInPictureWindow | undefined;

  constructor(private readonly output: GazeOutput) {
    if (typeof IntersectionObserver === 'undefined') return;
    this.sizes = new ResizeObserver(this.stir);
    this.places = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.visible[isIntersecting ? 'add' : 'delete'](target);
      this.stir();
    });
    document.addEventListener('visibilitychange', this.turned);
  }

  meet(element: HTMLMediaElement, track: Track): void {
    this.on.set(element, track);
    this.sizes?.observe(element);
    this.places?.observe(element);
    for (const name of LIFTS) element.addEventListener(name, this.lifted);
    this.stir();
  }

  leave(element: HTMLMediaElement): void {
    if (!this.on.delete(element)) return;
    this.sizes?.unobserve(element);
    this.places?.unobserve(element);
    this.visible.delete(element);
    for (const name of LIFTS) element.removeEventListener(name, this.lifted);
    this.stir();
  }

  pin(track: Track | undefined): void {
    this.pinned = track;
    this.stir();
  }

  sees(track: Track): boolean {
    return this.heightOf(track) > 0;
  }

  /** Tells the server, whole each time. */
  tell(): void {
    if (!this.output.wanted() || typeof document === 'undefined') return;
    const sights = this.sights();
    const said = JSON.stringify(sights);
    if (said === this.told) return;
    this.told = said;
    this.output.look(sights).catch((error: MadangError) => {
      this.told = '';
      if (error.code === 'too-fast') setTimeout(() => this.tell(), 1000);
    });
  }

  /** The server may have forgotten it. */
  tellAnew(): void {
    this.told = '';
    this.tell();
  }

  close(): void {
    clearTimeout(this.timer);
    this.sizes?.disconnect();
    this.places?.disconnect();
    globalThis.document?.removeEventListener('visibilitychange', this.turned);
    this.on.clear();
  }

  /** What is on the screen, the pinned and then the tallest first. */
  private sights(): Sight[] {
    const sights: Sight[] = [];
    for (const { identity, tracks } of this.output.others()) {
      for (const track of tracks) {
        const height = this.heightOf(track);
        const { id, source } = track;
        if (height > 0) {
          sights.push({
            from: identity,
            id: id.slice(0, id.lastIndexOf('/')),
            source,
            height: Math.min(8192, Math.round(height * (globalThis.devicePixelRatio ?? 1))),
            pinned: track === this.pinned,
          });
        }
      }
    }
    return sights.sort((a, b) => Number(b.pinned) - Number(a.pinned) || b.height - a.height);
  }

  /** Of its tallest element; 0 of what nobody sees. */
  private heightOf(track: Track): number {
    const { hidden, pictureInPictureElement: above } = document;
    let height = 0;
    for (const [element, shown] of this.on) {
      if (shown !== track) continue;
      if (element === above) height = Math.max(height, this.above?.height || element.clientHeight);
      // Of a hidden page nothing is seen; but a browser that does not say what it shows above all may show this.
      else if (!(hidden && above !== undefined) && (!this.places || this.visible.has(element))) height = Math.max(height, element.clientHeight);
    }
    return height;
  }

  /** Something moved on the screen. */
  private readonly stir = (): void => {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell();
    }, 200);
  };

  /** Whoever comes back to this page wants to see at once; whoever leaves it may be back in a moment. */
  private readonly turned = (): void => (document.hidden ? this.stir() : this.tell());

  private readonly lifted = (event: Event): void => {
    this.above = (event as PictureInPictureEvent).pictureInPictureWindow;
    this.above?.addEventListener('resize', this.stir);
    this.stir();
  };
}

const LIFTS = ['enterpictureinpicture', 'leavepictureinpicture'];
