import type { Device, DeviceInfo, Media } from '@madang/client';
import { keep, kept } from '../parts/kept.ts';

type DevicePicture = Pick<Device, 'on' | 'busy' | 'deviceId' | 'label' | 'problem'>;

/** Microphone, camera and speaker as the page draws them, before the room and in it. */
export class Deck {
  microphone = $state.raw<DevicePicture>(off);
  camera = $state.raw<DevicePicture>(off);
  microphones = $state.raw<readonly DeviceInfo[]>([]);
  cameras = $state.raw<readonly DeviceInfo[]>([]);
  speakers = $state.raw<readonly DeviceInfo[]>([]);
  speaker = $state('');
  level = $state(0);

  readonly available: boolean;
  readonly canShare: boolean;
  readonly canChooseSpeaker: boolean;

  #stop: (() => void)[];

  constructor(readonly media: Media) {
    this.available = media.available;
    this.canShare = media.canShareScreen;
    this.canChooseSpeaker = media.canChooseSpeaker;
    this.#stop = [
      media.on('change', () => this.draw()),
      media.on('level', (level) => (this.level = loudness(level))),
    ];
    this.draw();
  }

  close(): void {
    this.#stop.forEach((stop) => stop());
  }

  draw(): void {
    const { media } = this;
    this.microphone = picture(media.microphone);
    this.camera = picture(media.camera);
    this.microphones = [...media.microphones];
    this.cameras = [...media.cameras];
    this.speakers = [...media.speakers];
    this.speaker = media.speakerId;
    if (!media.microphone.on) {
      this.level = 0;
    }
  }

  async choose(kind: 'microphone' | 'camera' | 'speaker', id: string): Promise<void> {
    const { media } = this;
    const done = await (kind === 'microphone'
      ? media.useMicrophone(id)
      : kind === 'camera'
        ? media.useCamera(id)
        : media.useSpeaker(id));
    if (done) {
      keep('devices', { ...kept<Record<string, string>>('devices', {}), [kind]: id });
    }
  }
}

/** Of a level as it is measured (0 to 1) the share of a meter that ears agree with: from -54 dB to -6 dB. */
export function loudness(level: number): number {
  return level <= 0 ? 0 : Math.min(1, Math.max(0, (20 * Math.log10(level) + 54) / 48));
}

const off: DevicePicture = {
  on: false,
  busy: false,
  deviceId: undefined,
  label: '',
  problem: undefined,
};

function picture({ on, busy, deviceId, label, problem }: Device): DevicePicture {
  return { on, busy, deviceId, label, problem };
}
