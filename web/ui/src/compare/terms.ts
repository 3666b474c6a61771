import type { Key } from '../words/words.svelte.ts';
import type { Word } from './report.ts';

/** Each word that has a card, its name and its meaning. */
export type Term = Word | 'confidence' | 'path' | 'bytes' | 'clock';

export const names: Record<Term, Key> = {
  p50: 'compare.p50',
  p95: 'compare.p95',
  p99: 'compare.p99',
  late: 'compare.late',
  lost: 'compare.lost',
  jitter: 'compare.jitter',
  stall: 'compare.stall',
  throughput: 'compare.throughput',
  setup: 'compare.setup',
  rpm: 'compare.rpm',
  cpu: 'compare.cpu',
  wire: 'compare.wire',
  confidence: 'compare.confidence',
  path: 'compare.path',
  bytes: 'compare.bytes',
  clock: 'compare.clock',
};

export const meanings: Record<Term, Key> = {
  p50: 'compare.p50Is',
  p95: 'compare.p95Is',
  p99: 'compare.p99Is',
  late: 'compare.lateIs',
  lost: 'compare.lostIs',
  jitter: 'compare.jitterIs',
  stall: 'compare.stallIs',
  throughput: 'compare.throughputIs',
  setup: 'compare.setupIs',
  rpm: 'compare.rpmIs',
  cpu: 'compare.cpuIs',
  wire: 'compare.wireIs',
  confidence: 'compare.confidenceIs',
  path: 'compare.pathIs',
  bytes: 'compare.bytesIs',
  clock: 'compare.clockIs',
};
