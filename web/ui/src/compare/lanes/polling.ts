import { base64, head, NoLane, standing, type Hear, type Lane } from './lane.ts';
import { enter, EVENT } from './socketio.ts';

const SEPARATOR = '\u001e';
const MOST_BODY = 500_000;

/**
 * Socket.IO by HTTP polling, as its official client does it: one GET waits for packets, and one POST
 * at a time brings those that gathered meanwhile.
 */
export class PollingLane implements Lane {
  broken = false;
  spent = 0;
  private readonly waiting: string[] = [];
  private readonly gone = new AbortController();
  private posting = false;

  private constructor(
    private readonly at: string,
    private readonly hear: Hear,
  ) {}

  static async open(grant: string, hear: Hear): Promise<Lane> {
    const handshake = '/socket.io/?EIO=4&transport=polling';
    const opened = await (await fetch(handshake, { cache: 'no-store' })).text();
    const sid = /^0.*"sid":"([^"]+)"/.exec(opened)?.[1];
    if (sid === undefined) {
      throw new NoLane('no Engine.IO handshake');
    }
    const lane = new PollingLane(`${handshake}&sid=${sid}`, hear);
    await standing((stands, fails) => {
      void lane.poll(stands, fails);
      lane.queue(enter(grant));
    }).catch((why) => {
      lane.close();
      throw why;
    });
    return lane;
  }

  private async poll(stands: () => void, fails: (why: string) => void): Promise<void> {
    while (!this.broken) {
      try {
        const answer = await fetch(this.at, { cache: 'no-store', signal: this.gone.signal });
        const packets = await answer.text();
        if (!answer.ok) {
          throw new NoLane(packets);
        }
        this.take(packets, performance.now(), stands, fails);
      } catch {
        this.broken = true;
        fails('the polling was refused');
      }
    }
  }

  private take(packets: string, now: number, stands: () => void, fails: (why: string) => void): void {
    this.spent += packets.length;
    for (const packet of packets.split(SEPARATOR)) {
      if (packet.startsWith('b')) {
        this.hear(head(packet.slice(1)), now);
      } else if (packet === '2') {
        this.queue('3');
      } else if (packet.startsWith('40/compare')) {
        stands();
      } else if (packet.startsWith('44/compare') || packet === '1') {
        fails('the namespace /compare did not let us in');
      }
    }
  }

  private queue(packet: string): void {
    this.waiting.push(packet);
    if (!this.posting) {
      void this.post();
    }
  }

  private async post(): Promise<void> {
    this.posting = true;
    while (this.waiting.length > 0 && !this.broken) {
      let taken = 0;
      let length = 0;
      while (taken < this.waiting.length && (taken === 0 || length + this.waiting[taken]!.length < MOST_BODY)) {
        length += this.waiting[taken++]!.length + 1;
      }
      const body = this.waiting.splice(0, taken).join(SEPARATOR);
      this.spent += body.length;
      try {
        const { ok } = await fetch(this.at, { method: 'POST', body, signal: this.gone.signal });
        this.broken ||= !ok;
      } catch {
        this.broken = true;
      }
    }
    this.posting = false;
  }

  /** The event and its attachment stay together: a POST between them may come first. */
  send(message: Uint8Array<ArrayBuffer>): void {
    this.queue(`${EVENT}${SEPARATOR}b${base64(message)}`);
  }

  close(): void {
    this.broken = true;
    this.gone.abort();
    // Engine.IO's goodbye.
    void fetch(this.at, { method: 'POST', body: '1', keepalive: true }).catch(() => undefined);
  }
}
