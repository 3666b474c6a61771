import type { Say } from './problem';
import type { Device, Problem } from './types';

export interface DeviceOutput {
  /** Anything a page draws has changed. */
  changed(): void;
  /** Another track is sent from now on, or none. */
  replaced(): void;
  problem(problem: Problem): void;
}

/**
 * A microphone or a camera: what the person wants (`on`) and the track that serves it.
 *
 * A muted microphone stays open and silent, so that unmuting is instant. A camera that is off is
 * closed, so that its light is off. A device that is unplugged is replaced by another, no more
 * muted and no less than it was.
 */
export class LocalDevice implements Device {
  on = false;
  busy = false;
  deviceId: string | undefined;
  track: MediaStreamTrack | undefined;
  problem: Problem | undefined;
  /** A track the page made itself: switched by `enabled` alone, never opened or closed. */
  private given = false;
  private opening: Promise<void> | undefined;
  private reopen = false;

  constructor(
    private readonly kind: 'microphone' | 'camera',
    private readonly devices: MediaDevices | undefined,
    private readonly say: Say,
    private readonly output: DeviceOutput,
  ) {}

  get label(): string {
    return this.track?.label ?? '';
  }

  /** Resolves with what is now true. */
  async set(on: boolean): Promise<boolean> {
    this.on = on;
    if (on) this.problem = undefined;
    else if (this.kind === 'camera' && !this.given) this.drop();
    if (this.track) this.track.enabled = on;
    this.output.changed();
    await this.settle();
    return this.on;
  }

  /** Another device, kept in mind if it is off now. Resolves with whether it is the one in use. */
  async use(deviceId: string): Promise<boolean> {
    this.deviceId = deviceId;
    this.given = false;
    this.problem = undefined;
    if (this.track) this.reopen = true;
    await this.settle();
    return !this.problem && this.deviceId === deviceId;
  }

  /** A track of the page's own making. */
  give(track: MediaStreamTrack): void {
    this.given = true;
    this.on = true;
    this.take(track);
  }

  close(): void {
    this.on = false;
    this.drop();
  }

  /** Opens, one attempt at a time, until what is wished and what is true agree. */
  private async settle(): Promise<void> {
    while ((this.on && !this.track) || this.reopen) {
      await (this.opening ??= this.open().finally(() => (this.opening = undefined)));
    }
  }

  private async open(): Promise<void> {
    this.reopen = false;
    this.busy = true;
    this.output.changed();
    const track = await this.request();
    this.busy = false;
    if (track && (this.on || this.kind === 'microphone')) this.take(track);
    else if (track) track.stop();
    else if (!this.track) this.on = false;
    this.output.changed();
  }

  private async request(): Promise<MediaStreamTrack | undefined> {
    if (!this.devices?.getUserMedia) return this.fail('insecure-page');
    const ask = async (deviceId: string | undefined) => {
      const chosen = { ...WISHES[this.kind], ...(deviceId && { deviceId: { exact: deviceId } }) };
      const stream = await this.devices!.getUserMedia(this.kind === 'microphone' ? { audio: chosen } : { video: chosen });
      return stream.getTracks()[0];
    };
    try {
      return await ask(this.deviceId);
    } catch (error) {
      const name = (error as DOMException).name;
      // The chosen one is gone: any other is better than none.
      if (this.deviceId && (name === 'OverconstrainedError' || name === 'NotFoundError')) {
        this.deviceId = undefined;
        try {
          const track = await ask(undefined);
          if (track) this.output.problem(this.say(`${this.kind}-changed`, track.label));
          return track;
        } catch (again) {
          return this.fail(reason(this.kind, (again as DOMException).name));
        }
      }
      // Some phones open one camera at a time.
      if (this.track && name === 'NotReadableError') {
        this.drop();
        return ask(this.deviceId).catch(() => this.fail(reason(this.kind, name)));
      }
      return this.fail(reason(this.kind, name));
    }
  }

  private fail(code: Parameters<Say>[0]): undefined {
    this.problem = this.say(code);
    this.output.problem(this.problem);
    return undefined;
  }

  private take(track: MediaStreamTrack): void {
    const before = this.track;
    this.track = track;
    track.enabled = this.on;
    this.deviceId = track.getSettings?.().deviceId ?? this.deviceId;
    track.addEventListener('ended', () => this.unplugged(track));
    this.output.replaced();
    before?.stop();
  }

  private drop(): void {
    const track = this.track;
    if (!track) return;
    this.track = undefined;
    this.output.replaced();
    if (!this.given) track.stop();
  }

  /** Its end was not asked for: `stop()` fires no event. */
  private unplugged(track: MediaStreamTrack): void {
    if (this.track !== track) return;
    this.track = undefined;
    this.given = false;
    this.output.replaced();
    this.output.changed();
    const gone = this.deviceId;
    this.deviceId = undefined;
    void this.settle().then(() => {
      if (this.track && this.deviceId !== gone) this.output.problem(this.say(`${this.kind}-changed`, this.label));
    });
  }
}

function reason(kind: 'microphone' | 'camera', name: string): Parameters<Say>[0] {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return `${kind}-refused`;
    case 'NotFoundError':
    case 'OverconstrainedError':
      return `${kind}-missing`;
    default:
      return `${kind}-busy`;
  }
}

const WISHES = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
};
