import { keep, kept } from '../parts/kept.ts';

/**
 * The address of this room at the server's own name, if that is known, or as it was opened. With a
 * token it lets in whoever opens it: the token stands behind `#`, where no server's log sees it.
 */
export function invitation(address: string | null | undefined, token?: string): string {
  const link = new URL(location.pathname, address ?? location.origin);
  link.hash = token === undefined ? '' : `token=${token}`;
  return link.href;
}

/** The grant that the address brings, behind `#` or, understood too, as `?token=`. */
export function grant(): string | undefined {
  const hidden = new URLSearchParams(location.hash.slice(1)).get('token');
  return hidden ?? new URLSearchParams(location.search).get('token') ?? undefined;
}

/**
 * Keeps this room's grant in this browser and takes it out of the address: whoever copies that hands
 * on the way to the room, and not their own place in it. A browser that keeps nothing leaves it.
 */
export function keepGrant(room: string, token: string): void {
  const others = Object.entries(kept<Grants>('grants', {})).filter(([name]) => name !== key(room));
  keep('grants', Object.fromEntries([...others, [key(room), token]].slice(-MOST)));
  if (keptGrant(room) === token) {
    const query = new URLSearchParams(location.search);
    query.delete('token');
    history.replaceState(history.state, '', location.pathname + (query.size > 0 ? `?${query}` : ''));
  }
}

/** The grant of an earlier visit. */
export function keptGrant(room: string): string | undefined {
  return kept<Grants>('grants', {})[key(room)];
}

/** It opens nothing any more. */
export function forgetGrant(room: string): void {
  const { [key(room)]: _, ...others } = kept<Grants>('grants', {});
  keep('grants', others);
}

type Grants = Record<string, string>;

const MOST = 20;

/** A room's name in upper or lower case is one room. */
function key(room: string): string {
  return room.normalize('NFC').toLowerCase();
}

/** The name that a grant carries, for the field; whether the grant is good is the server's matter. */
export function grantedName(token: string | undefined): string | undefined {
  try {
    const body = token?.split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/');
    if (body === undefined) {
      return undefined;
    }
    const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    const name: unknown = (JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown }).name;
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}
