/** What makes a browser's measurement doubtful. */
export const everyDoubt = ['stopped', 'hidden', 'busy', 'coarse', 'few'] as const;
export type Doubt = (typeof everyDoubt)[number];
export type Confidence = 'high' | 'medium' | 'low';

/**
 * @param own milliseconds that the page kept its own sender waiting, at the 95th percentile
 * @param resolution the finest step of the page's clock
 */
export function doubts(facts: {
  stopped: boolean;
  hidden: boolean;
  own: number;
  resolution: number;
}): Doubt[] {
  return [
    ...(facts.stopped ? ['stopped' as const] : []),
    ...(facts.hidden ? ['hidden' as const] : []),
    ...(facts.own > BUSY ? ['busy' as const] : []),
    ...(facts.resolution > COARSE ? ['coarse' as const] : []),
  ];
}

/** In how far to trust what was found for one use, of which each lane had so many messages. */
export function trust(found: readonly Doubt[], fewest: number): { confidence: Confidence; doubts: Doubt[] } {
  const all = fewest < FEW ? [...found, 'few' as const] : [...found];
  const grave = all.includes('hidden') || all.includes('stopped') || fewest < TOO_FEW;
  return { confidence: grave ? 'low' : all.length > 0 ? 'medium' : 'high', doubts: all };
}

/** The finest step that the page's clock makes: browsers blunt it. */
export function resolution(): number {
  let finest = Infinity;
  for (let i = 0; i < 20; i++) {
    const begun = performance.now();
    let now = begun;
    while (now === begun) {
      now = performance.now();
    }
    finest = Math.min(finest, now - begun);
  }
  return Math.round(finest * 1000) / 1000;
}

/** A browser's name as people know it, with its system; its whole self-description is too long. */
export function browser(agent: string): string {
  const [, name, version] =
    /(Firefox|Edg|OPR|SamsungBrowser)\/(\d+)/.exec(agent) ??
    /(Chrome)\/(\d+)/.exec(agent) ??
    /(Version)\/(\d+).*Safari/.exec(agent) ?? [];
  const known: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', Version: 'Safari', Chrome: 'Chromium', SamsungBrowser: 'Samsung Internet' };
  const system = /Android|iPhone|iPad|Windows|Mac OS X|CrOS|Linux/.exec(agent)?.[0].replace(' OS X', '') ?? '';
  return name === undefined ? 'unknown' : `${known[name] ?? name} ${version}${system === '' ? '' : `, ${system}`}`;
}

const BUSY = 5;
const COARSE = 1;
const FEW = 100;
const TOO_FEW = 10;
