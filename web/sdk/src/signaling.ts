import { io, type Socket } from 'socket.io-client';
import { MadangError, tongueOf, type Say } from './problem';
import type { Answer, ClientMessages, Refused, ServerMessages } from './signal';
import type { JoinOptions, Problem } from './types';

export interface SignalingOutput {
  /** The way to the server stands (again): join. */
  up(): void;
  /** It is cut; trying again goes on by itself. Called before anything that waits is rejected. */
  down(problem: Problem): void;
  /** The server turned us away for good. */
  refused(problem: Problem): void;
  heard<M extends keyof ServerMessages>(name: M, message: ServerMessages[M]): void;
}

/** The way to the room by the server. */
export interface Signaling {
  /** Resolves with the answer; rejects with the room's refusal or with `not-connected`, `no-answer`. */
  ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said>;
  /** Something else broke: finds out soon whether this way still stands. */
  probe(): void;
  close(): void;
}

/** Every answer but a refusal. */
export type Said = Exclude<Answer, { type: 'refused' }>;

/** Builds the way; `SocketSignaling` except in tests. */
export type OpenSignaling = (output: SignalingOutput) => Signaling;

/** By Socket.IO: polling first, WebSocket when it works, again and again when it breaks. */
export class SocketSignaling implements Signaling {
  private readonly socket: Socket;
  private closed = false;
  private probing = false;
  // Without these a cut is noticed by the heartbeat alone, and its end by the next attempt.
  private readonly offline = () => this.cut();
  // A page that comes back from memory keeps its place as after any cut; any other has gone.
  private readonly gone = ({ persisted }: PageTransitionEvent) => persisted || this.unload();
  private readonly online = () => this.socket.connected || this.socket.disconnect().connect();

  constructor(
    { url, transports = ['polling', 'websocket'], language }: JoinOptions,
    private readonly say: Say,
    output: SignalingOutput,
  ) {
    const socket = (this.socket = io(`${url?.replace(/\/+$/, '') ?? ''}/room`, {
      transports,
      auth: { language: tongueOf(language) },
      forceNew: true,
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      timeout: 10_000,
    }));
    globalThis.addEventListener?.('offline', this.offline);
    globalThis.addEventListener?.('pagehide', this.gone);
    globalThis.addEventListener?.('online', this.online);
    socket.on('connect', () => output.up());
    socket.on('disconnect', (reason) => {
      if (this.closed) return;
      output.down(this.why());
      // The server closed this way, not the room: what `ended` said came before.
      if (reason === 'io server disconnect') setTimeout(() => this.closed || socket.connect(), 1000);
    });
    socket.on('connect_error', (error: Error & { data?: Partial<Refused> }) => {
      const { code, message, help } = error.data ?? {};
      if (code) output.refused({ code, message: message ?? error.message, help: help ?? '' });
      else output.down(this.why());
    });
    socket.onAny((name: keyof ServerMessages, message: ServerMessages[keyof ServerMessages]) => {
      if (!this.closed && typeof message === 'object' && message) output.heard(name, message as never);
    });
  }

  async ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said> {
    if (!this.socket.connected) throw MadangError.of(this.say('not-connected'));
    let answer: Answer;
    try {
      answer = await this.socket.timeout(ANSWER_WITHIN).emitWithAck(name, message);
    } catch {
      throw MadangError.of(this.say('no-answer'));
    }
    if (answer?.type === 'refused') throw MadangError.of(answer);
    return answer;
  }

  probe(): void {
    if (this.probing || !this.socket.connected) return;
    this.probing = true;
    this.socket.timeout(PROBE_WITHIN).emit('relay', {}, (silence: Error | null) => {
      this.probing = false;
      if (silence && this.socket.connected) this.cut();
    });
  }

  close(): void {
    this.closed = true;
    globalThis.removeEventListener?.('offline', this.offline);
    globalThis.removeEventListener?.('pagehide', this.gone);
    globalThis.removeEventListener?.('online', this.online);
    this.socket.disconnect();
  }

  private unload(): void {
    // `uri` is the address of the next request, which the client keeps to itself.
    const polling = this.socket.io.engine?.transport as unknown as { name: string; uri(): string };
    // A request of a page that goes away is cut; a beacon is not.
    if (this.socket.connected && polling.name === 'polling') navigator.sendBeacon(polling.uri(), '42/room,["unload",{}]');
    else this.socket.emit('unload', {});
  }

  /** Gives the present connection up; the next attempt follows by itself. */
  private cut(): void {
    this.socket.io.engine?.close();
  }

  private why(): Problem {
    return this.say(globalThis.navigator?.onLine === false ? 'offline' : 'server-away');
  }
}

const ANSWER_WITHIN = 10_000;
const PROBE_WITHIN = 4000;
