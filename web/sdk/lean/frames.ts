// Engine.IO protocol 4 without binary frames; stands in for `engine.io-parser` in the client that is built.

export const protocol = 4;

export interface Frame {
  type: string;
  data?: string | undefined;
}

export function encodePacket({ type, data = '' }: Frame, _binary: boolean, encoded: (text: string) => void): void {
  encoded(TYPES.indexOf(type) + data);
}

export function decodePacket(text: unknown): Frame {
  const type = typeof text === 'string' ? TYPES['0123456'.indexOf(text[0] ?? '-')] : undefined;
  return type ? { type, data: (text as string).slice(1) || undefined } : { type: 'error', data: 'parser error' };
}

export function encodePayload(frames: readonly Frame[], encoded: (text: string) => void): void {
  encoded(frames.map(({ type, data = '' }) => TYPES.indexOf(type) + data).join(BETWEEN));
}

/** Up to the first that is none, which ends the connection. */
export function decodePayload(text: string): Frame[] {
  const frames = text.split(BETWEEN).map(decodePacket);
  const error = frames.findIndex(({ type }) => type === 'error');
  return error < 0 ? frames : frames.slice(0, error + 1);
}

const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const BETWEEN = '\x1e';
