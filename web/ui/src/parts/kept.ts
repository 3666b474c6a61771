/** What this browser remembers for one person: name, rooms, devices. A browser that forbids keeping forgets. */
export function kept<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`madang.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(`madang.${key}`, JSON.stringify(value));
  } catch {
    // not kept
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(`madang.${key}`);
  } catch {
    // nothing to forget
  }
}

export type RecentRoom = { name: string; at: number };

export function recentRooms(): RecentRoom[] {
  const rooms = kept<RecentRoom[]>('rooms', []);
  return Array.isArray(rooms) ? rooms.filter((room) => typeof room?.name === 'string') : [];
}

export function rememberRoom(name: string, at: number): void {
  const others = recentRooms().filter((room) => room.name !== name);
  keep('rooms', [{ name, at }, ...others].slice(0, 6));
}
