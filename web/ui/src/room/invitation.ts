import { keep, kept } from '../parts/kept.ts';

/**
 * The address of this room at the server's own name, if that is known, or as it was opened. With a
 * token it lets in whoever opens it: the token stands behind `#`, where no server's log sees it.
 */
export function invitation(address: string | null | undefined, token?: string): string {
  const link = new URL(location.pathname, address ?? location.origin);
  link.hash = hashOf(token, sealKey());
  return link.href;
}

function hashOf(token: string | undefined, key: string | undefined): string {
  return new URLSearchParams({
    ...(token === undefined ? {} : { token }),
    ...(key === undefined ? {} : { key }),
  }).toString();
}

/** What stands behind `#` now, with this token. */
export function hash(token: string | undefined): string {
  const hash = hashOf(token ?? grant(), sealKey());
  return hash && `#${hash}`;
}

/** By which this room is encrypted end to end: only links carry it, and no server sees what stands behind `#`. */
export function sealKey(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('key') ?? undefined;
}

/** Puts a key into the address, or takes it out. */
export function keepSealKey(key: string | undefined): void {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  const hash = hashOf(token, key);
  history.replaceState(history.state, '', location.pathname + location.search + (hash && `#${hash}`));
}

/** A key that nobody guesses. */
export function newSealKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
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
    const hash = hashOf(undefined, sealKey());
    history.replaceState(
      history.state,
      '',
      location.pathname + (query.size > 0 ? `?${query}` : '') + (hash && `#${hash}`),
    );
  }
}

/** The grant of an earlier visit. */
export function keptGrant(room: string): string | undefined {
  return kept<Grants>('grants', {})[key(room)];
}

/** Why the server lets nobody in by this grant; what it does not say now, it says to whoever joins. */
export async function flawOf(room: string, token: string): Promise<string | undefined> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`/api/invitation?room=${encodeURIComponent(room)}`, { headers });
    return answer.ok ? ((await answer.json()) as { code?: string }).code : undefined;
  } catch {
    return undefined;
  }
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
  const name = claims(token)?.name;
  return typeof name === 'string' ? name : undefined;
}

/** Whether a grant lets its bearer see and hear alone. */
export function watchesOnly(token: string | undefined): boolean {
  const can = claims(token)?.can;
  return Array.isArray(can) && !can.includes('publish');
}

function claims(token: string | undefined): { name?: unknown; can?: unknown } | undefined {
  try {
    const body = token?.split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/');
    if (body === undefined) {
      return undefined;
    }
    const bytes = Uint8Array.from(atob(body), (sign) => sign.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) as { name?: unknown; can?: unknown };
  } catch {
    return undefined;
  }
}
