import type { JoinOptions, Media, MediaOptions, Room } from './types';

export type * from './types';
export { MadangError } from './problem';

/** Enters a room; resolves when in, or when waiting to be admitted (`room.state.name` tells). */
export async function join(room: string, options: JoinOptions = {}): Promise<Room> {
  throw new Error(`not yet: ${room} ${Object.keys(options)}`);
}

/** Opens devices before a room, for a preview; hand the result to `join` as `media`. */
export function openMedia(options: MediaOptions = {}): Media {
  throw new Error(`not yet: ${Object.keys(options)}`);
}
