/** One direction of one place in a connection. */
export interface Stream {
  readonly id: number;
  readonly out: boolean;
  readonly kind: string;
  /** Whose it is: whose key encrypts it. */
  readonly identity: string;
}

export type ToSealer =
  | { is: 'key'; key: string; room: string }
  | ({ is: 'stream'; stream: Stream } & ReadableWritablePair)
  | { is: 'owner'; id: number; identity: string }
  | { is: 'turn' };

/** Whether frames of a stream can be decrypted, when that is known or changes. */
export interface FromSealer {
  readonly id: number;
  readonly opened: boolean;
}
