// Socket.IO protocol 5 as far as a room speaks it: everything is JSON, nothing has binary attachments.
// Stands in for `socket.io-parser` in the client that is built, which shrinks by what it never uses.

export const protocol = 5;

export const PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4, BINARY_EVENT: 5, BINARY_ACK: 6 };

export interface Packet {
  type: number;
  nsp: string;
  id?: number | undefined;
  data?: unknown;
}

export class Encoder {
  encode({ type, nsp, id, data }: Packet): string[] {
    return [type + (nsp === '/' ? '' : nsp + ',') + (id ?? '') + (data === undefined ? '' : JSON.stringify(data))];
  }
}

export class Decoder {
  private decoded?: ((packet: Packet) => void) | undefined;

  on(_: 'decoded', decoded: (packet: Packet) => void): void {
    this.decoded = decoded;
  }

  off(): void {
    this.decoded = undefined;
  }

  /** Throws at what is no packet: the connection is then closed and another one made. */
  add(text: unknown): void {
    const [, type, nsp = '/', id, json] = PACKET.exec(typeof text === 'string' ? text : '') ?? [];
    if (type === undefined) throw new Error('not a packet');
    const data: unknown = json ? JSON.parse(json) : undefined;
    if (json && !VALID[+type]!(data)) throw new Error('not valid in this packet');
    this.decoded?.({ type: +type, nsp, id: id ? +id : undefined, data });
  }

  destroy(): void {}
}

const PACKET = /^([0-4])(?:(\/[^,]*),?)?(\d*)(.*)$/s;
const RESERVED = /^(connect|connect_error|disconnect|disconnecting|newListener|removeListener)$/;
const isObject = (data: unknown) => typeof data === 'object' && data !== null && !Array.isArray(data);

/** By type: whether it may carry this. */
const VALID: readonly ((data: unknown) => boolean)[] = [
  isObject,
  () => false,
  (data) => Array.isArray(data) && typeof data[0] === 'string' && !RESERVED.test(data[0]),
  Array.isArray,
  (data) => typeof data === 'string' || isObject(data),
];
