/** The server lets nobody measure now; `status` is why. */
export class NoGrant extends Error {
  constructor(readonly status: number) {
    super(`no grant: ${status}`);
  }
}

/** @param loss of a hundred packets of data channels and sound, which the server loses on purpose, each way */
export async function granted(loss = 0): Promise<{ grant: string; seconds: number; bytes: number }> {
  const answer = await fetch(`/api/compare?loss=${loss}`, { method: 'POST' }).catch(() => undefined);
  if (answer?.status !== 201) {
    throw new NoGrant(answer?.status ?? 0);
  }
  return (await answer.json()) as { grant: string; seconds: number; bytes: number };
}

/** Gives a grant back, when the goodbyes of what was opened by it have arrived. */
export function end(grant: string): void {
  const ask = () => fetch(`/api/compare?grant=${grant}`, { method: 'DELETE', keepalive: true });
  setTimeout(() => void ask().catch(() => undefined), 300);
}
