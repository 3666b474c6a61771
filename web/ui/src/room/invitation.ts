/** The address of this room, without the grant of the one who copies it. */
export function invitation(): string {
  return new URL(location.pathname, location.origin).href;
}

/**
 * The grant of an invitation. It stands behind `#`, where no server's log sees it; a link with
 * `?token=` is understood too.
 */
export function grant(): string | undefined {
  const hidden = new URLSearchParams(location.hash.slice(1)).get('token');
  return hidden ?? new URLSearchParams(location.search).get('token') ?? undefined;
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
