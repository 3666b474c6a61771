import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Relays } from '../src/relays';
import type { IceServer } from '../src/signal';

const NOW = 1_800_000_000_000;
const servers = (secondsLeft: number): IceServer[] => [
  { urls: ['stun:h:1'] },
  { urls: ['turn:h:1'], username: `${NOW / 1000 + secondsLeft}:ann`, credential: 'x' },
];

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the relay’s credentials', () => {
  it('are renewed long before they run out, again and again', async () => {
    const renew = vi.fn(async () => servers(Date.now() / 1000 - NOW / 1000 + 3600));
    const relays = new Relays(renew);
    relays.take(servers(3600));
    await vi.advanceTimersByTimeAsync(2_600_000);
    expect(renew).toHaveBeenCalledTimes(0);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(renew).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(2_700_000);
    expect(renew).toHaveBeenCalledTimes(2);
    relays.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are asked for anew when a path is looked for and they are old, not otherwise', async () => {
    const renew = vi.fn(async () => servers(3600));
    const relays = new Relays(renew);
    relays.take(servers(3600));
    expect(await relays.fresh()).toBeUndefined();
    relays.take(servers(60));
    expect(await relays.fresh()).toEqual(servers(3600));
    expect(renew).toHaveBeenCalledTimes(1);
    relays.close();
  });

  it('are tried again when nobody answers', async () => {
    let answers = false;
    const renew = vi.fn(async () => {
      if (!answers) throw new Error('cut');
      return servers(7200);
    });
    const relays = new Relays(renew);
    relays.take(servers(100));
    await vi.advanceTimersByTimeAsync(80_000);
    expect(renew).toHaveBeenCalledTimes(1);
    answers = true;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(renew).toHaveBeenCalledTimes(2);
    relays.close();
  });

  it('that never run out are left alone', () => {
    const relays = new Relays(async () => undefined);
    relays.take([{ urls: ['stun:h:1'] }]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
