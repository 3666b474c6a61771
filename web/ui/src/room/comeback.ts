import type { Meeting } from './meeting.svelte.ts';

/** How one was in a room when its page went away. */
export type Inside = { room: string; name: string; microphone: boolean; camera: boolean; at: number };

/**
 * A page that is loaded again while in a room comes back into it. It says how it was with its last
 * breath, for this tab alone, and what it said is used up by the next page, at once and only by
 * loading anew: a tab that was closed and is opened again, a copy of it, or the way back from
 * another page asks first.
 */
export function rememberInside(inside: Omit<Inside, 'at'> | undefined): void {
  try {
    if (inside === undefined) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, JSON.stringify({ ...inside, at: Date.now() } satisfies Inside));
    }
  } catch {
    // a browser that keeps nothing begins before the room
  }
}

export function cameBack(room: string): Inside | undefined {
  try {
    const said = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const inside = said === null ? undefined : (JSON.parse(said) as Inside);
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const fresh = inside !== undefined && Math.abs(Date.now() - inside.at) < WITHIN;
    return fresh && inside.room === room && navigation?.type === 'reload' ? inside : undefined;
  } catch {
    return undefined;
  }
}

/** What a page in the room says with its last breath; nothing when it is not in it. */
export function insideOf({ state, me, deck, talking, room }: Meeting): Omit<Inside, 'at'> | undefined {
  if (me === undefined || (state.name !== 'connected' && state.name !== 'reconnecting')) {
    return undefined;
  }
  return {
    room: room.name,
    name: me.name,
    microphone: deck.microphone.on && !talking,
    camera: deck.camera.on,
  };
}

const KEY = 'madang.inside';
const WITHIN = 60_000;
