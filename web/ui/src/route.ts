/** Where an address leads. Rooms' names are of any script, so the path arrives percent-encoded. */
export type Route =
  | { page: 'home' }
  | { page: 'trust' }
  | { page: 'admin' }
  | { page: 'compare' }
  | { page: 'kept'; id: string }
  | { page: 'check' }
  | { page: 'room' | 'send' | 'watch'; room: string }
  | { page: 'nowhere'; path: string };

export function route(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) {
    return { page: 'home' };
  }
  const [first, name] = parts;
  if (parts.length === 1 && (first === 'trust' || first === 'admin' || first === 'compare' || first === 'check')) {
    return { page: first };
  }
  if (parts.length === 2 && first === 'compare' && /^[\w-]{22}$/.test(name!)) {
    return { page: 'kept', id: name! };
  }
  const ofRoom = parts.length === 2 ? ofRooms.get(first!) : undefined;
  if (ofRoom !== undefined) {
    const room = decoded(name!);
    if (room !== null && problem(room) === null) {
      return { page: ofRoom, room };
    }
  }
  return { page: 'nowhere', path: decoded(path) ?? path };
}

const ofRooms = new Map<string, 'room' | 'send' | 'watch'>([['r', 'room'], ['whip', 'send'], ['whep', 'watch']]);

export function link(room: string): string {
  return `/r/${encodeURIComponent(room)}`;
}

export type Problem = { kind: 'missing' } | { kind: 'tooLong' } | { kind: 'signs'; signs: string };

/** What is wrong with a room's name: the server takes 1-64 letters, digits, `-`, `_`, `.` of any script. */
export function problem(room: string): Problem | null {
  if (room === '') {
    return { kind: 'missing' };
  }
  const signs = [...new Set(room.match(/[^\p{L}\p{M}\p{N}\-_.]/gu) ?? [])];
  if (signs.length > 0) {
    return { kind: 'signs', signs: signs.join(' ') };
  }
  return [...room].length > 64 ? { kind: 'tooLong' } : null;
}

/** A name as people type it: spaces become `-`. */
export function tidy(typed: string): string {
  return typed.trim().normalize('NFC').replace(/\s+/gu, '-');
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
