import type { Key } from '../words/words.svelte.ts';

/** Each word that has a card, with its name and its meaning. */
export const terms = [
  'p50',
  'p95',
  'p99',
  'late',
  'lost',
  'jitter',
  'stall',
  'throughput',
  'setup',
  'rpm',
  'cpu',
  'wire',
  'confidence',
  'path',
  'bytes',
  'clock',
] as const;

export type Term = (typeof terms)[number];

export const nameOf = (term: Term): Key => `compare.${term}`;
export const meaningOf = (term: Term): Key => `compare.${term}Is`;
