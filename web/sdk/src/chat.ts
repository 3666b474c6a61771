import type { ChatMessage, FileOffer } from './signal';
import type { Message, Problem } from './types';

/** A message as the page sees it. */
export interface Line extends Message {
  at: number;
  state: Message['state'];
  problem: Problem | undefined;
}

/** What was said, oldest first, each once: a message is the same if who said it and its id are. */
export class Chat {
  readonly lines: Line[] = [];
  private readonly known = new Map<string, Line>();

  /** Takes in what the room says; returns the line if it is new. */
  hear(message: ChatMessage, me: string | undefined): Line | undefined {
    const key = `${message.from}\n${message.id}`;
    const known = this.known.get(key);
    if (known) {
      // Our own, come back: the room's clock counts.
      known.at = message.at;
      known.state = 'sent';
      known.problem = undefined;
      return undefined;
    }
    return this.add(key, {
      ...message,
      to: message.to ?? undefined,
      file: message.file ?? undefined,
      mine: message.from === me,
      state: 'sent',
      problem: undefined,
    });
  }

  /** An own message on its way. */
  say(id: string, me: { identity: string; name: string }, text: string, to: string | undefined, file: FileOffer | undefined, at: number): Line {
    const line: Line = { id, from: me.identity, name: me.name, text, at, to, file, mine: true, state: 'sending', problem: undefined };
    return this.add(`${me.identity}\n${id}`, line);
  }

  /** It was deleted; what is on its way comes after that. */
  clear(): void {
    for (const line of this.lines.splice(0))
      if (line.state === 'sent') this.known.delete(`${line.from}\n${line.id}`);
      else this.lines.push(line);
  }

  mine(id: string): Line | undefined {
    return this.lines.find((line) => line.mine && line.id === id);
  }

  whoOffers(file: string): string | undefined {
    return this.lines.find((line) => line.file?.id === file)?.from;
  }

  private add(key: string, line: Line): Line {
    this.known.set(key, line);
    // By the room's clock; what is still on its way stays last.
    let at = this.lines.length;
    while (line.state === 'sent' && at > 0 && (this.lines[at - 1]!.state !== 'sent' || this.lines[at - 1]!.at > line.at)) at--;
    this.lines.splice(at, 0, line);
    if (this.lines.length > MOST_LINES) {
      const [oldest] = this.lines.splice(0, 1);
      this.known.delete(`${oldest!.from}\n${oldest!.id}`);
    }
    return line;
  }
}

const MOST_LINES = 1000;
