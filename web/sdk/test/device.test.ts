import { describe, expect, it } from 'vitest';
import { LocalDevice } from '../src/device';
import { problems } from '../src/problem';
import type { Problem } from '../src/types';
import { settled } from './fake-connection';
import { Random } from './random';

class FakeTrack extends EventTarget {
  enabled = true;
  readyState = 'live';
  constructor(readonly deviceId: string) {
    super();
  }
  get label() {
    return `label of ${this.deviceId}`;
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    this.readyState = 'ended';
  }
  unplug() {
    this.stop();
    this.dispatchEvent(new Event('ended'));
  }
}

/** What is plugged in, and how the browser answers. */
class Desk {
  plugged = ['first', 'second'];
  refuse: string | undefined;
  readonly tracks: FakeTrack[] = [];

  readonly devices = {
    getUserMedia: async (constraints: MediaStreamConstraints) => {
      await settled();
      if (this.refuse) throw new DOMException('no', this.refuse);
      const { deviceId } = (constraints.audio ?? constraints.video) as { deviceId?: { exact: string } };
      const id = deviceId?.exact ?? this.plugged[0];
      if (!id || !this.plugged.includes(id)) throw new DOMException('no', deviceId ? 'OverconstrainedError' : 'NotFoundError');
      const track = new FakeTrack(id);
      this.tracks.push(track);
      return { getTracks: () => [track] };
    },
  } as unknown as MediaDevices;

  unplug(id: string): void {
    this.plugged = this.plugged.filter((each) => each !== id);
    for (const track of this.tracks) if (track.deviceId === id && track.readyState === 'live') track.unplug();
  }

  get live(): FakeTrack[] {
    return this.tracks.filter(({ readyState }) => readyState === 'live');
  }
}

function open(kind: 'microphone' | 'camera', desk = new Desk(), devices: MediaDevices | undefined = desk.devices) {
  const told: Problem[] = [];
  const device = new LocalDevice(kind, devices, problems('en'), { changed: () => {}, replaced: () => {}, problem: (problem) => told.push(problem) });
  return { desk, device, told };
}

async function rest(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await settled();
}

describe('a microphone', () => {
  it('stays open and silent while muted', async () => {
    const { desk, device } = open('microphone');
    expect(await device.set(true)).toBe(true);
    expect(desk.live[0]!.enabled).toBe(true);
    expect(await device.set(false)).toBe(false);
    expect([desk.live.length, desk.live[0]!.enabled]).toEqual([1, false]);
  });

  it('that is changed while muted is the other one, still muted', async () => {
    const { desk, device } = open('microphone');
    await device.set(true);
    await device.set(false);
    expect(await device.use('second')).toBe(true);
    expect(desk.live.map(({ deviceId, enabled }) => [deviceId, enabled])).toEqual([['second', false]]);
  });

  it('that is unplugged is replaced, with a word', async () => {
    const { desk, device, told } = open('microphone');
    await device.set(true);
    desk.unplug('first');
    await rest();
    expect(desk.live.map(({ deviceId, enabled }) => [deviceId, enabled])).toEqual([['second', true]]);
    expect(told.map(({ code }) => code)).toEqual(['microphone-changed']);
    expect(told[0]!.message).toContain('label of second');
  });

  it('that was the last one is off, with a reason', async () => {
    const { desk, device, told } = open('microphone');
    await device.set(true);
    desk.unplug('second');
    desk.unplug('first');
    await rest();
    expect([device.on, device.track]).toEqual([false, undefined]);
    expect(told.map(({ code }) => code)).toEqual(['microphone-missing']);
  });

  it('unplugged while muted comes back when wanted', async () => {
    const { desk, device, told } = open('microphone');
    await device.set(true);
    await device.set(false);
    desk.unplug('first');
    await rest();
    expect(told).toEqual([]);
    expect(await device.set(true)).toBe(true);
    expect(desk.live[0]!.deviceId).toBe('second');
  });

  it('chosen last time but gone is replaced', async () => {
    const { device, told } = open('microphone');
    await device.use('gone');
    expect(await device.set(true)).toBe(true);
    expect(device.deviceId).toBe('first');
    expect(told.map(({ code }) => code)).toEqual(['microphone-changed']);
  });
});

describe('a camera', () => {
  it('is closed when off, also when switched off before it opened', async () => {
    const { desk, device } = open('camera');
    const opening = device.set(true);
    await device.set(false);
    await opening;
    expect([desk.live.length, device.on]).toEqual([0, false]);
    await device.set(true);
    await device.set(false);
    expect(desk.live.length).toBe(0);
  });

  it.each([
    ['NotAllowedError', 'camera-refused'],
    ['NotFoundError', 'camera-missing'],
    ['NotReadableError', 'camera-busy'],
    ['AbortError', 'camera-busy'],
  ])('that fails by %s is off with %s and what to do', async (name, code) => {
    const { desk, device, told } = open('camera');
    desk.refuse = name;
    expect(await device.set(true)).toBe(false);
    expect(device.problem).toMatchObject({ code, message: expect.stringMatching(/\./), help: expect.stringMatching(/\./) });
    expect(told).toEqual([device.problem]);
    desk.refuse = undefined;
    expect(await device.set(true)).toBe(true);
    expect(device.problem).toBeUndefined();
  });

  it('on a page that may not ask says how to speak', async () => {
    const { device } = open('camera', new Desk(), {} as MediaDevices);
    expect(await device.set(true)).toBe(false);
    expect(device.problem?.code).toBe('insecure-page');
  });
});

describe('any device', () => {
  it.each(['microphone', 'camera'] as const)('after any sequence of wishes is what was wished last: %s', async (kind) => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = new Random(seed);
      const { desk, device } = open(kind);
      let wish = false;
      for (let step = 0; step < 12; step++) {
        switch (random.below(4)) {
          case 0:
          case 1:
            void device.set((wish = random.below(2) === 0));
            break;
          case 2:
            void device.use(random.pick(['first', 'second']));
            break;
          case 3:
            await settled();
        }
      }
      await rest();
      expect(device.on, `seed ${seed}`).toBe(wish);
      expect(device.busy, `seed ${seed}`).toBe(false);
      expect(desk.live.length, `seed ${seed}`).toBeLessThanOrEqual(1);
      expect(desk.live.some(({ enabled }) => enabled), `seed ${seed}`).toBe(wish);
      expect(device.track, `seed ${seed}`).toBe(desk.live[0]);
    }
  });
});
