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

  constructor(private readonly output: GazeOutput) {
    if (typeof IntersectionObserver === 'undefined') return;
    this.sizes = new ResizeObserver(() => this.stir());
    this.places = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.visible[isIntersecting ? 'add' : 'delete'](target);
      this.stir();
    });
  }

  meet(element: HTMLMediaElement, track: Track): void {
    this.on.set(element, track);
    this.sizes?.observe(element);
    this.places?.observe(element);
    this.stir();
  }

  leave(element: HTMLMediaElement): void {
    if (!this.on.delete(element)) return;
    this.sizes?.unobserve(element);
    this.places?.unobserve(element);
    this.visible.delete(element);
    this.stir();
  }

  pin(track: Track | undefined): void {
    this.pinned = track;
    this.stir();
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
    this.on.clear();
  }

  /** The tallest element of each track, the pinned and then the tallest first. */
  private sights(): Sight[] {
    const sights: Sight[] = [];
    for (const { identity, tracks } of this.output.others()) {
      for (const track of tracks) {
        let height = 0;
        for (const [element, shown] of this.on) {
          if (shown === track && (!this.places || this.visible.has(element))) height = Math.max(height, element.clientHeight);
        }
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

  /** Something moved on the screen. */
  private stir(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell();
    }, 200);
  }
}
