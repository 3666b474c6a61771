import type { LaneName } from '../kinds.ts';
import type { Tally } from '../tally.ts';

/** An open connection to the server's end, over one transport. */
export interface Lane {
  /** Sends without waiting for it to leave; the bytes may be changed as soon as this returns. */
  send(message: Uint8Array<ArrayBuffer>): void;
  /** It sends by a beat of its own: one message of this tally after the other, or none. */
  beats?(tally: Tally | undefined): void;
  /** The far end, or the network, has ended it. */
  readonly broken: boolean;
  /** Bytes that were handed to the browser and came from it. */
  readonly spent: number;
  /** What carries it, where that is a peer connection. */
  readonly connection?: RTCPeerConnection;
  close(): void;
}

/** Opens lanes, all to the same far end. */
export interface Opens {
  /** Opens a lane; ends when it stands. */
  open(kind: LaneName, hear: Hear): Promise<Lane>;
  /** Milliseconds that the server's loops have worked, or nothing. */
  processor(): Promise<number | undefined>;
  close(): void;
}

/** Hears an answer: its head, and when it came. */
export type Hear = (answer: DataView, now: number) => void;

/** Milliseconds that a connection may take to stand. */
export const PATIENCE = 10_000;

/** It did not work; the message is a sentence of the server, or of ours. */
export class NoLane extends Error {}

/** Waits for a connection to stand, but not for ever. */
export function standing(begin: (stands: () => void, fails: (why: string) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoLane('no answer within 10 seconds')), PATIENCE);
    begin(
      () => {
        clearTimeout(timer);
        resolve();
      },
      (why) => {
        clearTimeout(timer);
        reject(new NoLane(why));
      },
    );
  });
}

/** The head of a message in base64, which is all that is looked at. */
export function head(base64: string): DataView {
  const text = atob(base64.slice(0, 56));
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    bytes[i] = text.charCodeAt(i);
  }
  return new DataView(bytes.buffer);
}

export function base64(message: Uint8Array): string {
  return btoa(String.fromCharCode(...message));
}

/** Where a path of this server is reached by WebSocket. */
export function socketAt(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}
