import { LocalDevice } from './device';
import { Emitter } from './emitter';
import { Meter } from './meter';
import { problems, type Say } from './problem';
import { Speaker } from './speaker';
import type { DeviceInfo, Media, MediaEvents, MediaOptions, Problem } from './types';

/** Microphone, camera and speaker of this page; see `Media`. */
export class LocalMedia implements Media {
  readonly microphone: LocalDevice;
  readonly camera: LocalDevice;
  readonly speaker = new Speaker();
  microphones: readonly DeviceInfo[] = [];
  cameras: readonly DeviceInfo[] = [];
  speakers: readonly DeviceInfo[] = [];
  readonly events = new Emitter<MediaEvents & { replaced: [kind: 'microphone' | 'camera'] }>();
  private readonly devices: MediaDevices | undefined = globalThis.navigator?.mediaDevices;
  private readonly say: Say;
  private readonly meter = new Meter();
  private levels?: ReturnType<typeof setInterval>;
  private readonly list = () => void this.enumerate();

  constructor(options: MediaOptions = {}) {
    this.say = problems(options.language);
    const device = (kind: 'microphone' | 'camera') =>
      new LocalDevice(kind, this.devices, this.say, {
        changed: () => this.events.changed(),
        replaced: () => this.replaced(kind),
        problem: (problem) => this.problem(problem),
      });
    this.microphone = device('microphone');
    this.camera = device('camera');
    this.start(this.microphone, options.microphone);
    this.start(this.camera, options.camera);
    if (options.speaker) void this.useSpeaker(options.speaker);
    this.devices?.addEventListener?.('devicechange', this.list);
    this.list();
  }

  get available(): boolean {
    return typeof this.devices?.getUserMedia === 'function';
  }

  get canShareScreen(): boolean {
    return typeof this.devices?.getDisplayMedia === 'function';
  }

  get canChooseSpeaker(): boolean {
    return this.speaker.canChoose;
  }

  get speakerId(): string {
    return this.speaker.deviceId;
  }

  on<E extends keyof MediaEvents>(event: E, listener: (...args: MediaEvents[E]) => void): () => void {
    const off = this.events.on(event, listener as never);
    if (event === 'level') this.listen();
    return () => {
      off();
      this.listen();
    };
  }

  setMicrophone(on: boolean): Promise<boolean> {
    return this.microphone.set(on);
  }

  setCamera(on: boolean): Promise<boolean> {
    return this.camera.set(on);
  }

  useMicrophone(deviceId: string): Promise<boolean> {
    return this.microphone.use(deviceId);
  }

  useCamera(deviceId: string): Promise<boolean> {
    return this.camera.use(deviceId);
  }

  async useSpeaker(deviceId: string): Promise<boolean> {
    const done = await this.speaker.use(deviceId);
    if (!done) this.problem(this.say('speaker-failed'));
    this.events.changed();
    return done;
  }

  preview(element: HTMLVideoElement): () => void {
    element.muted = element.autoplay = element.playsInline = true;
    let shown: MediaStreamTrack | undefined;
    const show = () => {
      const track = this.camera.track;
      if (track === shown) return;
      shown = track;
      element.srcObject = track ? new MediaStream([track]) : null;
    };
    show();
    const off = this.events.on('replaced', show);
    return () => {
      off();
      element.srcObject = null;
    };
  }

  /** The picture and sound of a screen, or why not; `undefined` when the person chose none. */
  async captureScreen(audio: boolean): Promise<MediaStream | undefined> {
    if (!this.canShareScreen) {
      this.problem(this.say(this.available ? 'share-unsupported' : 'insecure-page'));
      return undefined;
    }
    try {
      const stream = await this.devices!.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: audio && MUSIC });
      // Letters sharp rather than motion smooth.
      for (const track of stream.getVideoTracks()) if (!track.contentHint) track.contentHint = 'detail';
      return stream;
    } catch (error) {
      const { name, message } = error as DOMException;
      if (name !== 'NotAllowedError') this.problem(this.say('share-failed'));
      else if (/system/i.test(message)) this.problem(this.say('share-refused'));
      return undefined;
    }
  }

  /** The microphone's loudness now, 0 to 1; 0 while muted. */
  level(): number {
    const { on, track } = this.microphone;
    return on && track ? this.meter.level(track) : 0;
  }

  close(): void {
    this.microphone.close();
    this.camera.close();
    this.meter.close();
    this.speaker.close();
    clearInterval(this.levels);
    this.devices?.removeEventListener?.('devicechange', this.list);
  }

  private start(device: LocalDevice, wish: boolean | string | MediaStreamTrack | undefined): void {
    if (!wish) return;
    if (typeof wish === 'object') return device.give(wish);
    if (typeof wish === 'string') device.deviceId = wish;
    void device.set(true);
  }

  private replaced(kind: 'microphone' | 'camera'): void {
    this.events.emit('replaced', kind);
    this.events.changed();
    // Labels appear with the first permission.
    this.list();
  }

  private problem(problem: Problem): void {
    this.events.emit('problem', problem);
    this.events.changed();
  }

  private listen(): void {
    clearInterval(this.levels);
    if (this.events.hears('level')) this.levels = setInterval(() => this.events.emit('level', this.level()), 100);
  }

  private async enumerate(): Promise<void> {
    try {
      const all = (await this.devices?.enumerateDevices?.()) ?? [];
      const of = (kind: MediaDeviceKind) =>
        all.filter((each) => each.kind === kind && each.deviceId).map(({ deviceId, label }) => ({ id: deviceId, label }));
      this.microphones = of('audioinput');
      this.cameras = of('videoinput');
      this.speakers = of('audiooutput');
      this.events.changed();
    } catch {
      // A browser that lists nothing: the pickers stay empty.
    }
  }
}

/** Sound of a shared tab is music, not speech. */
const MUSIC = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
