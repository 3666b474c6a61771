import { MadangError } from '../src/problem';
import type { Answer, ChatMessage, ClientMessages, ParticipantInfo, Refusal, ServerMessages, Topology, TrackInfo } from '../src/signal';
import type { OpenSignaling, Said, Signaling, SignalingOutput } from '../src/signaling';

interface Seat {
  info: ParticipantInfo;
  output: SignalingOutput;
  up: boolean;
  in: boolean;
  said: Map<string, number>;
}

/** A room in memory that speaks the signaling contract as the server does; answers come in a later turn. */
export class FakeRoom {
  readonly seats = new Map<string, Seat>();
  readonly chat: ChatMessage[] = [];
  /** Everything asked for, in order: `IDENTITY name`. */
  readonly asked: string[] = [];
  /** Answers a message otherwise: with a refusal, or not at all. */
  interfere: (identity: string, name: keyof ClientMessages) => Refusal | 'silence' | undefined = () => undefined;
  topology: Topology = 'mesh';
  /** Answers what has to do with media through the server. */
  hall: ((identity: string, name: keyof ClientMessages, message: never) => Promise<Answer> | undefined) | undefined;
  private order = 0;
  private clock = 1000;

  open(identity: string): OpenSignaling {
    return (output) => {
      const info: ParticipantInfo = {
        identity,
        name: identity,
        role: this.order === 0 ? 'host' : 'guest',
        order: 0,
        instance: '',
        presence: 'online',
        can: { publish: true, subscribe: true, send: true, moderate: this.order === 0 },
        tracks: [],
        program: false,
      };
      const seat: Seat = { info, output, up: true, in: false, said: new Map() };
      const signaling: Signaling = {
        ask: (name, message) => this.ask(seat, name, message),
        probe: () => {},
        close: () => {
          seat.up = false;
          if (this.seats.get(identity) === seat) this.away(seat);
        },
      };
      queueMicrotask(() => output.up());
      return signaling;
    };
  }

  /** The way breaks; what is under way is lost. */
  cut(identity: string): void {
    const seat = this.seats.get(identity)!;
    seat.up = false;
    seat.output.down({ code: 'server-away', message: 'away', help: 'wait' });
    this.away(seat);
  }

  mend(identity: string): void {
    const seat = this.seats.get(identity)!;
    seat.up = true;
    seat.output.up();
  }

  /** Sound and pictures go another way from now on. */
  turn(topology: Topology): void {
    this.topology = topology;
    for (const identity of this.seats.keys()) this.tell(identity, 'roomChanged', { room: this.info(), reason: 'people' });
  }

  /** Nobody waits for this one any more. */
  forget(identity: string): void {
    const seat = this.seats.get(identity);
    if (!seat) return;
    this.tellOthers(seat, 'participantLeft', { identity, reason: 'lost' });
    seat.in = false;
    seat.info.tracks = [];
    delete seat.info.hand;
  }

  tell<M extends keyof ServerMessages>(identity: string, name: M, message: ServerMessages[M]): void {
    const seat = this.seats.get(identity);
    if (!seat?.in) return;
    const copy = structuredClone(message);
    setTimeout(() => seat.up && seat.output.heard(name, copy), 0);
  }

  private async ask<M extends keyof ClientMessages>(seat: Seat, name: M, message: ClientMessages[M]): Promise<Said> {
    if (!seat.up) throw new MadangError('not-connected', 'cut', '');
    const copy = structuredClone(message);
    const { identity } = seat.info;
    this.asked.push(`${identity} ${name}`);
    const interference = this.interfere(identity, name);
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (interference === 'silence') throw new MadangError('no-answer', 'silence', '');
    if (interference) throw new MadangError(interference, 'refused', 'help');
    const answer = await (this.hall?.(identity, name, copy as never) ?? this.answer(seat, name, copy as never));
    if (!seat.up) throw new MadangError('no-answer', 'cut', '');
    if (answer.type === 'refused') throw new MadangError(answer.code, answer.message, answer.help);
    return structuredClone(answer) as Said;
  }

  private answer(seat: Seat, name: keyof ClientMessages, message: never): Answer {
    const { info } = seat;
    if (!seat.in && name !== 'join') return refused('not-joined');
    const answers: { [M in keyof ClientMessages]?: (message: ClientMessages[M]) => Answer } = {
      join: ({ instance, name: wanted }) => {
        const resumed = seat.in;
        if (!resumed) info.order = ++this.order;
        if (!resumed || info.instance !== instance) info.tracks = [];
        Object.assign(info, { instance, presence: 'online', name: wanted ?? info.identity });
        this.seats.set(info.identity, seat);
        seat.in = true;
        const participant = info;
        if (resumed) this.tellOthers(seat, 'participantChanged', { participant });
        else this.tellOthers(seat, 'participantJoined', { participant });
        return {
          type: 'joined',
          you: info,
          resumed,
          room: this.info(),
          participants: [...this.seats.values()].filter((each) => each !== seat && each.in).map((each) => each.info),
          chat: this.chat.slice(-50),
          waiting: [],
          iceServers: [],
        };
      },
      negotiate: ({ to, instance, description, candidate }) => {
        const far = this.seats.get(to);
        if (!far?.in) return refused('no-such-participant');
        if (far.info.instance !== instance) return refused('stale-instance');
        this.tell(to, 'negotiated', { from: info.identity, instance: info.instance, description, candidate });
        return { type: 'done' };
      },
      publish: ({ tracks }: { tracks: TrackInfo[] }) => {
        info.tracks = tracks;
        this.tellOthers(seat, 'participantChanged', { participant: info });
        return { type: 'done' };
      },
      say: ({ id, text, to, file }) => {
        const before = seat.said.get(id);
        if (before) return { type: 'sent', id, at: before };
        const at = ++this.clock;
        seat.said.set(id, at);
        const said: ChatMessage = { id, from: info.identity, name: info.name, text, at, to, file };
        this.chat.push(said);
        this.tellOthers(seat, 'said', { message: said });
        return { type: 'sent', id, at };
      },
      raiseHand: ({ raised }) => {
        if (raised) info.hand = 1;
        else delete info.hand;
        for (const each of this.seats.keys()) this.tell(each, 'participantChanged', { participant: info });
        return { type: 'done' };
      },
      invite: ({ name = 'anybody', seconds }) => ({ type: 'invited', token: `for ${name}`, until: (seconds ?? 86_400) * 1000 }),
      relay: () => ({ type: 'relays', iceServers: [] }),
      leave: () => {
        this.forget(info.identity);
        return { type: 'done' };
      },
    };
    return (answers[name] as ((message: never) => Answer) | undefined)?.(message) ?? { type: 'done' };
  }

  private info() {
    return { name: 'room', locked: false, lobby: false, limit: 4, topology: this.topology, viewers: 0, chatKept: false };
  }

  private tellOthers<M extends keyof ServerMessages>(seat: Seat, name: M, message: ServerMessages[M]): void {
    for (const [identity, each] of this.seats) if (each !== seat) this.tell(identity, name, message);
  }

  private away(seat: Seat): void {
    if (!seat.in) return;
    seat.info.presence = 'reconnecting';
    this.tellOthers(seat, 'participantChanged', { participant: seat.info });
  }
}

function refused(code: Refusal): Answer {
  return { type: 'refused', code, message: '', help: '' };
}
