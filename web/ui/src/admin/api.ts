/** What `/api/admin` says, and how it is asked. */
export type Line = { way: 'udp' | 'tcp'; bits: number; loss: number; roundTrip: number | null };
export type Track = {
  source: 'microphone' | 'camera' | 'screen' | 'screen-audio';
  muted: boolean;
  codec: string | null;
  layers: { name: string; bits: number }[];
};
export type Person = {
  identity: string;
  name: string;
  host: boolean;
  program: boolean;
  online: boolean;
  up: Line | null;
  down: Line | null;
  tracks: Track[];
};
export type Room = {
  name: string;
  locked: boolean;
  lobby: boolean;
  direct: boolean;
  most: number;
  waiting: number;
  viewers: number;
  people: Person[];
  players: Line[];
};

/** An answer of the server, or null where there is none; `code` says why something was not done. */
export type Answer<T> = { status: number; code?: string; said: T } | null;

export async function ask<T>(what: string): Promise<Answer<T>> {
  return send(what, {});
}

export async function tell<T = unknown>(what: string, body: object = {}): Promise<Answer<T>> {
  return send(what, {
    method: 'POST',
    body: JSON.stringify(body),
    // A page of another origin cannot send this without being asked who it is.
    headers: { 'content-type': 'application/json', 'x-madang-admin': '1' },
  });
}

async function send<T>(what: string, how: RequestInit): Promise<Answer<T>> {
  try {
    const answer = await fetch(`/api/admin/${what}`, { ...how, cache: 'no-store' });
    const said = (await answer.json()) as T & { code?: string };
    return { status: answer.status, code: said.code, said };
  } catch {
    return null;
  }
}
