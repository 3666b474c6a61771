import { randomWord } from './secrets';
import type { MadangError } from './problem';
import type { ClientMessages } from './signal';
import type { Said } from './signaling';
import type { Connection, PathTransport } from './types';

export interface LinkOutput {
  ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said>;
  stateChanged(): void;
  /** It is beyond repair and closed: build another. */
  lost(): void;
}

/**
 * A connection with the server, one way: `Uplink` or `Downlink`. The server's addresses stand in its
 * descriptions and it finds ours by our checks, so candidates are not sent one by one.
 */
export abstract class Link {
  /** What both sides call this connection. */
  readonly name = randomWord();
  readonly connection: RTCPeerConnection;
  readonly path = 'server';
  state: Connection['state'] = 'new';
  transport: PathTransport = 'unknown';
  protected closed = false;
  private stood = false;
  private timer?: ReturnType<typeof setTimeout>;

  constructor(
    configuration: RTCConfiguration,
    protected readonly output: LinkOutput,
  ) {
    this.connection = new RTCPeerConnection(configuration);
    this.connection.onconnectionstatechange = () => this.watch();
    this.arm(PATIENCE);
  }

  /** The way to the room stands again: what was lost is said again. */
  abstract resume(): void;

  /** The path is dead, or stood not in time. */
  protected abstract repair(): void;

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.connection.onconnectionstatechange = this.connection.onnegotiationneeded = null;
    this.connection.close();
  }

  lose(): void {
    if (this.closed) return;
    this.close();
    this.enter('failed');
    this.output.lost();
  }

  protected connected(): void {}

  protected arm(milliseconds: number): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connection.connectionState === 'connected' || this.repair(), milliseconds);
  }

  /** Whether a message that was refused is worth another try on this connection; without a way it waits for `resume`. */
  protected refused({ code }: MadangError, again: () => void): void {
    if (code === 'too-fast') setTimeout(() => this.closed || again(), 1500);
    else if (code !== 'not-connected' && code !== 'no-answer' && code !== 'not-joined') this.lose();
  }

  private watch(): void {
    const trying = this.stood ? 'reconnecting' : 'connecting';
    switch (this.connection.connectionState) {
      case 'connected':
        this.stood = true;
        clearTimeout(this.timer);
        this.connected();
        return this.enter('connected');
      case 'disconnected':
        // It often comes back by itself within a moment.
        this.arm(2500);
        return this.enter(trying);
      case 'failed':
        this.arm(0);
        return this.enter(this.stood ? 'reconnecting' : 'failed');
      case 'connecting':
        return this.enter(trying);
    }
  }

  private enter(state: Connection['state']): void {
    if (state === this.state) return;
    this.state = state;
    this.output.stateChanged();
  }
}

/** Until a path that is looked for stands. */
export const PATIENCE = 10_000;
