import type { Series } from './figures.ts';
import type { Workload } from './kinds.ts';

export const ECHO = 0xc1;
export const ACKNOWLEDGE = 0xc2;
const HEADER = 40;
const NEVER = -1;

/**
 * What became of the messages of one workload on one lane. A message is laid out as the server's end
 * knows it: kind, workload, lane, 0, sequence (u32), the sender's clock (u64), the receiver's, a
 * token, padding.
 */
export class Tally {
  sentAt = new Float64Array(1024);
  heardAt = new Float64Array(1024);
  sent = 0;
  heard = 0;
  private last = 0;
  private readonly message: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private woken: (() => void) | undefined;

  constructor(readonly workload: Workload) {
    this.message = new Uint8Array(workload.size);
    this.view = new DataView(this.message.buffer);
    this.message[1] = workload.number;
  }

  /** The next message, as it is about to be sent; good until the one after it. */
  next(kind: number, now: number): Uint8Array<ArrayBuffer> {
    if (this.sent === this.sentAt.length) {
      this.sentAt = longer(this.sentAt);
      this.heardAt = longer(this.heardAt);
    }
    this.message[0] = kind;
    this.view.setUint32(4, this.sent);
    this.sentAt[this.sent] = now;
    this.heardAt[this.sent] = NEVER;
    this.sent++;
    this.last = now;
    return this.message;
  }

  /** An answer came; one that is not of this workload is somebody else's, and twice is once. */
  answer(answer: DataView, now: number): void {
    if (answer.byteLength < HEADER || answer.getUint8(1) !== this.workload.number) {
      return;
    }
    const sequence = answer.getUint32(4);
    if (sequence < this.sent && this.heardAt[sequence] === NEVER) {
      this.heardAt[sequence] = now;
      this.heard++;
      this.last = now;
      this.woken?.();
    }
  }

  /** Until the first answer is here, but not for longer than so many milliseconds. */
  async first(patience: number): Promise<void> {
    const until = performance.now() + patience;
    while (this.heard === 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Until every answer is here, or so many milliseconds went by without one, or none can come any more. */
  async settle(patience: number, over = () => false): Promise<void> {
    while (this.heard < this.sent && performance.now() - this.last < patience && !over()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Until fewer than so many are on their way (then true), or so long no answer came. */
  async room(window: number, givenUp: number, patience: number): Promise<boolean> {
    const until = performance.now() + patience;
    while (this.sent - this.heard - givenUp >= window) {
      const left = until - performance.now();
      if (left <= 0) {
        return false;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.woken = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.woken = undefined;
    }
    return true;
  }

  /** What it says, without the first messages, which only warmed up. */
  series(skipped: number): Series {
    const first = Math.min(skipped, this.sent);
    return {
      sentAt: this.sentAt.subarray(first, this.sent),
      heardAt: this.heardAt.subarray(first, this.sent),
    };
  }
}

function longer(from: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const to = new Float64Array(from.length * 2);
  to.set(from);
  return to;
}
