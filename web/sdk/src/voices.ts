/**
 * Who speaks, from levels between 0 and 1 that come a few times a second. One loud sample is
 * enough to begin (a ring within 300 ms), silence must last to end (no flicker between words).
 */
export class Voice {
  speaking = false;
  level = 0;
  /** Loudness of the last second or so: decides between two who speak at once. */
  weight = 0;
  private heardAt = -Infinity;

  /** Returns whether `speaking` changed. */
  hear(level: number, now: number): boolean {
    this.level = level;
    this.weight = this.weight * 0.8 + level * 0.2;
    if (level >= LOUD) this.heardAt = now;
    const speaking = now - this.heardAt < LINGER;
    const changed = speaking !== this.speaking;
    this.speaking = speaking;
    return changed;
  }

  /** What the server says, which hears everybody; as `hear` otherwise. */
  tell(speaking: boolean): boolean {
    const changed = speaking !== this.speaking;
    this.speaking = speaking;
    this.level = speaking ? 1 : 0;
    return changed;
  }
}

/**
 * The active speaker among those who speak; the present one stays until silent or clearly
 * outspoken.
 */
export function activeOf<P extends { readonly voice: Voice }>(people: Iterable<P>, present: P | undefined): P | undefined {
  let best = present;
  let weight = present?.voice.speaking ? present.voice.weight * OUTSPOKEN : -1;
  for (const person of people) {
    if (person !== present && person.voice.speaking && person.voice.weight > weight) {
      best = person;
      weight = person.voice.weight;
    }
  }
  return best;
}

/** How loud what arrives at these receivers is, without decoding it twice. */
export function levelOf(receivers: Iterable<RTCRtpReceiver>): number {
  let level = 0;
  for (const receiver of receivers) {
    for (const { audioLevel = 0 } of receiver.getSynchronizationSources?.() ?? []) level = Math.max(level, audioLevel);
  }
  return level;
}

export const LISTEN_EVERY = 200;
const LOUD = 0.012;
const LINGER = 700;
const OUTSPOKEN = 1.5;
