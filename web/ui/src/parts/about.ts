/** What the server says about itself at `/api/about`; absent parts mean "not told". */
export type About = {
  version?: string;
  /** anybody may open a room by naming it */
  open?: boolean;
  /** the secure address of this host, when this page came over plain http */
  secure?: string | null;
  /** whether it answers measurements */
  compare?: boolean;
  /** where others reach this server, if whoever runs it said */
  address?: string | null;
  /** its UDP port; 0 = it takes none */
  udp?: number;
  /** it has a relay */
  turn?: boolean;
  /** its port speaks TLS, too */
  tls?: boolean;
};

export async function about(): Promise<About> {
  try {
    const answer = await fetch('/api/about', { headers: { accept: 'application/json' } });
    return answer.ok ? ((await answer.json()) as About) : {};
  } catch {
    return {};
  }
}

/** The same page at the secure address. */
export function secureLink(secure: string, path: string): string | null {
  try {
    return new URL(path, secure).href;
  } catch {
    return null;
  }
}

/** Only secure pages get a camera; tests and the gallery of screens may pretend otherwise. */
export function canSpeak(): boolean {
  return globalThis.isSecureContext && navigator.mediaDevices !== undefined;
}
