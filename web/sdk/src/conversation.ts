import { Chat, type Line } from './chat';
import type { Entrance } from './entrance';
import { Outbox } from './outbox';
import type { MadangError, Say } from './problem';
import { randomWord } from './secrets';
import type { ClientMessages, FileOffer } from './signal';

export interface ConversationOutput {
  me(): { identity: string; name: string };
  /** A line of our own is new, or went on its way. */
  said(line: Line): void;
}

/** What is said in a room: its lines, and those of our own that are on their way. */
export class Conversation {
  readonly chat = new Chat();
  private readonly outbox: Outbox;

  constructor(
    private readonly entrance: Entrance,
    private readonly problem: Say,
    private readonly output: ConversationOutput,
  ) {
    this.outbox = new Outbox(
      {
        deliver: (say) => this.deliver(say),
        sent: (say, at) => this.settled(say.id, { state: 'sent', at }),
        notDelivered: (say, problem) => this.settled(say.id, { state: 'notDelivered', problem }),
      },
      problem('no-answer'),
    );
  }

  say(text: string, to: string | undefined, file?: FileOffer): Line {
    const id = randomWord();
    const line = this.chat.say(id, this.output.me(), text, to, file, Date.now());
    this.output.said(line);
    if (this.entrance.state.name === 'lost') this.settled(id, { state: 'notDelivered', problem: this.problem('not-delivered') });
    else this.outbox.add({ id, text, to, file });
    return line;
  }

  /** What was not delivered goes on its way again. */
  sayAgain(id: string): Line | undefined {
    const line = this.chat.mine(id);
    if (line?.state !== 'notDelivered') return undefined;
    Object.assign(line, { state: 'sending', problem: undefined });
    this.outbox.add({ id, text: line.text, to: line.to, file: line.file });
    return line;
  }

  resume(): void {
    this.outbox.resume();
  }

  pause(): void {
    this.outbox.pause();
  }

  /** Nothing of what waits will be delivered. */
  end(): void {
    this.outbox.giveUp(this.problem('not-delivered'));
  }

  private async deliver(say: ClientMessages['say']) {
    try {
      const answer = await this.entrance.ask('say', say);
      if (answer.type === 'sent') return answer;
    } catch (error) {
      const { code } = error as MadangError;
      if (code !== 'no-answer' && code !== 'not-connected' && code !== 'not-joined') throw error;
    }
    throw undefined;
  }

  private settled(id: string, outcome: Partial<Line>): void {
    const line = this.chat.mine(id);
    if (!line || line.state === 'sent') return;
    Object.assign(line, outcome);
    this.output.said(line);
  }
}
