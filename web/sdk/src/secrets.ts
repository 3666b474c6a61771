import type { JoinOptions, KeyStore } from './types';

/** The secrets of this tab and this browser, and a word for this page load. */
export interface Secrets {
  readonly session: string;
  readonly device: string;
  readonly instance: string;
}

export function secrets(storage: JoinOptions['storage'] = {}): Secrets {
  return {
    session: kept(storage.session ?? browserStore('sessionStorage'), 'madang.session'),
    device: kept(storage.device ?? browserStore('localStorage'), 'madang.device'),
    instance: randomWord(),
  };
}

/** 32 hex digits. Not `crypto.randomUUID`: that is missing on pages by plain http. */
export function randomWord(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function kept(store: KeyStore | undefined, key: string): string {
  try {
    const known = store?.getItem(key);
    if (known && known.length >= 16 && known.length <= 128) return known;
    const fresh = randomWord();
    store?.setItem(key, fresh);
    return fresh;
  } catch {
    // Storage is refused (private window, full): a secret for this page load alone.
    return randomWord();
  }
}

function browserStore(name: 'sessionStorage' | 'localStorage'): KeyStore | undefined {
  try {
    return globalThis[name];
  } catch {
    return undefined;
  }
}
