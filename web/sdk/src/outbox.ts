import type { Say, Sent } from './signal';
import type { Problem } from './types';

export interface OutboxOutput {
  /**
   * Says it to the room. Rejects with what the room refused, or with `undefined` when no answer
   * came: then it may or may not have arrived, and saying it again with the same id is safe.
   */
  deliver(say: Say): Promise<Sent>;
  sent(say: Say, at: number): void;
  notDelivered(say: Say, problem: Problem): void;
}

/**
 * Messages on their way, in order, one at a time. Nothing is dropped silently: each ends as `sent`
 * or `notDelivered`, once. The room knows a message by its id, so saying it again after a cut
 * delivers it once.
 */
export class Outbox {
  private readonly queue: Say[] = [];
  private open = false;
  private busy = false;

  constructor(
    private readonly output: OutboxOutput,
    /** What is said of messages that no answer came for while the way stood. */
    private readonly unanswered: Problem,
  ) {}

  add(say: Say): void {
    this.queue.push(say);
    void this.pump();
  }

  /** The way to the room stands: everything that waits goes. */
  resume(): void {
    this.open = true;
    void this.pump();
  }

  /** The way is cut: keep everything. */
  pause(): void {
    this.open = false;
  }

  /** It is over: nothing of this will be delivered. */
  giveUp(problem: Problem): void {
    this.open = false;
    for (const say of this.queue.splice(0)) this.output.notDelivered(say, problem);
  }

  private async pump(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    let tries = 0;
    while (this.open && this.queue.length > 0) {
      const say = this.queue[0]!;
      try {
        const { at } = await this.output.deliver(say);
        if (this.take(say)) this.output.sent(say, at);
        tries = 0;
      } catch (refusal) {
        const problem = refusal as Problem | undefined;
        if (problem?.code === 'too-fast') await new Promise((resolve) => setTimeout(resolve, 1000));
        else if (problem || ++tries >= MOST_TRIES) {
          if (this.take(say)) this.output.notDelivered(say, problem ?? this.unanswered);
          tries = 0;
        }
      }
    }
    this.busy = false;
  }

  /** False: it was given up meanwhile. */
  private take(say: Say): boolean {
    const at = this.queue.indexOf(say);
    if (at >= 0) this.queue.splice(at, 1);
    return at >= 0;
  }
}

const MOST_TRIES = 3;
