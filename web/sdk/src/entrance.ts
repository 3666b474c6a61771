import { MadangError, type Say } from './problem';
import { secrets, type Secrets } from './secrets';
import type { ClientMessages, Joined } from './signal';
import type { OpenSignaling, Said, Signaling, SignalingOutput } from './signaling';
import { next, type Happening } from './state';
import type { JoinOptions, Problem, State } from './types';

export interface EntranceOutput {
  /** The room has us, for the first time or again; calls `admitted` when that is all taken in. */
  joined(joined: Joined): void;
  /** What is said now waits until we are back. */
  cut(): void;
  /** It is over, for this reason; called once, and nothing after it. */
  over(problem: Problem): void;
  stateChanged(state: State): void;
  heard: SignalingOutput['heard'];
}

/** The way into a room, and back to our place in it after each cut, until it is over: see `State`. */
export class Entrance {
  state: State = { name: 'connecting' };
  /** Whether the room hears us. */
  up = false;
  /** What we want to be called. */
  name: string | undefined;
  /** Resolves when admitted or waiting. */
  readonly entering: Promise<void>;
  private readonly secrets: Secrets;
  private readonly signaling: Signaling;
  private attempts = 0;
  private giveUp?: ReturnType<typeof setTimeout> | undefined;
  private entered!: () => void;
  private turnedAway!: (error: MadangError) => void;

  constructor(
    private readonly room: string,
    private readonly options: JoinOptions,
    private readonly say: Say,
    open: OpenSignaling,
    private readonly output: EntranceOutput,
  ) {
    this.name = options.name;
    this.secrets = secrets(options.storage);
    this.entering = new Promise((resolve, reject) => {
      this.entered = resolve;
      this.turnedAway = reject;
    });
    this.expect(FIRST_WITHIN);
    this.signaling = open({
      up: () => void this.enter(),
      down: (problem) => this.cut(problem),
      refused: (problem) => this.over(problem),
      heard: output.heard,
    });
  }

  /** Rejects with what the room refused, or that there is no way now. */
  ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said> {
    return this.up ? this.signaling.ask(name, message) : Promise.reject(MadangError.of(this.say('not-connected')));
  }

  /** Something else broke: is it this way too? */
  probe(): void {
    this.signaling.probe();
  }

  joined(joined: Joined): void {
    if (this.state.name === 'lost') return;
    this.up = true;
    this.output.joined(joined);
  }

  admitted(): void {
    this.happened({ is: 'admitted' });
  }

  cut(problem: Problem): void {
    this.up = false;
    this.attempts++;
    this.output.cut();
    this.expect(this.state.name === 'connecting' ? FIRST_WITHIN : (this.options.giveUpAfterMs ?? GIVE_UP_AFTER));
    this.happened({ is: 'cut', problem });
  }

  over(problem: Problem): void {
    if (this.state.name === 'lost') return;
    this.up = false;
    this.attempts++;
    clearTimeout(this.giveUp);
    this.happened({ is: 'over', problem });
    this.signaling.close();
    this.turnedAway(MadangError.of(problem));
    this.output.over(problem);
  }

  /** The way stands: enter, or come back to our place. */
  private async enter(): Promise<void> {
    const attempt = ++this.attempts;
    const { token } = this.options;
    try {
      const answer = await this.signaling.ask('join', {
        room: this.room,
        name: this.name,
        token: typeof token === 'function' ? await token() : token,
        ...this.secrets,
      });
      if (attempt !== this.attempts) return;
      if (answer.type === 'joined') this.joined(answer);
      else if (answer.type === 'waiting') this.happened({ is: 'waiting', locked: answer.locked });
    } catch (error) {
      const code = error instanceof MadangError ? error.code : 'unreachable';
      // Cut meanwhile: the next `up` tries again by itself.
      if (code === 'not-connected' || attempt !== this.attempts || this.state.name === 'lost') return;
      if (code === 'no-answer' || code === 'too-fast') setTimeout(() => attempt === this.attempts && void this.enter(), 1500);
      else this.over(error instanceof MadangError ? error : this.say('unreachable'));
    }
  }

  private happened(happening: Happening): void {
    const state = next(this.state, happening);
    if (state === this.state) return;
    this.state = state;
    if (state.name === 'connected' || state.name === 'waiting') {
      clearTimeout(this.giveUp);
      this.giveUp = undefined;
      this.entered();
    }
    this.output.stateChanged(state);
  }

  private expect(within: number): void {
    this.giveUp ??= setTimeout(() => this.over(this.say('unreachable')), within);
  }
}

const FIRST_WITHIN = 20_000;
const GIVE_UP_AFTER = 5 * 60_000;
