import { LocalMedia } from './media';
import { Meeting } from './meeting';
import { MadangError, problems } from './problem';
import { canSeal } from './sealing';
import { SocketSignaling } from './signaling';
import type { JoinOptions, Media, MediaOptions, Room } from './types';

export type * from './types';
export { canSeal } from './sealing';
export { MadangError } from './problem';

/** Enters a room; resolves when in, or when waiting to be admitted (`room.state.name` tells). */
export async function join(room: string, options: JoinOptions = {}): Promise<Room> {
  const say = problems(options.language);
  // As of a link that was cut off behind `key=`: what was to be encrypted must not go in clear.
  if (options.key === '') throw MadangError.of(say('no-key'));
  if (typeof RTCPeerConnection === 'undefined') throw MadangError.of(say('no-webrtc'));
  if (options.key && !canSeal()) throw MadangError.of(say('no-sealing'));
  return new Meeting(room, options, (output) => new SocketSignaling(options, say, output)).entering;
}

/** Opens devices before a room, for a preview; hand the result to `join` as `media`. */
export function openMedia(options: MediaOptions = {}): Media {
  return new LocalMedia(options);
}
