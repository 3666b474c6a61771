import type { IceServer } from './signal';

/**
 * The relay's credentials and when they run out: their user name begins with that second since
 * 1970 (`EXPIRY:USER`).
 */
export class Relays {
  servers: readonly IceServer[] = [];
  private timer?: ReturnType<typeof setTimeout>;

  constructor(private readonly renew: () => Promise<IceServer[] | undefined>) {}

  take(servers: readonly IceServer[]): void {
    this.servers = servers;
    clearTimeout(this.timer);
    const left = this.left();
    if (left === undefined) return;
    // Long before the end, for a machine that sleeps over it; and not twice a second when it is near.
    this.timer = setTimeout(() => void this.fresh(Infinity), Math.min(Math.max(left * 0.75, 10_000), 2 ** 31 - 1));
  }

  /** New ones if the present ones last less than `needed` ms; `undefined` if they do, or none came. */
  async fresh(needed = 5 * 60_000): Promise<readonly IceServer[] | undefined> {
    const left = this.left();
    if (left === undefined || left > needed) return undefined;
    const servers = await this.renew().catch(() => undefined);
    if (servers) this.take(servers);
    else if (needed === Infinity) this.timer = setTimeout(() => void this.fresh(Infinity), 30_000);
    return servers;
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private left(): number | undefined {
    const ends = this.servers.map(({ username }) => Number(username?.split(':')[0])).filter((second) => second > 0);
    return ends.length > 0 ? Math.min(...ends) * 1000 - Date.now() : undefined;
  }
}
