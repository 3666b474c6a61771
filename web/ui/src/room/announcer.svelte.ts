/** Long enough to be read out by a slow voice. */
const HEARD_AFTER = 10_000;

/**
 * What a screen reader is told: politely (somebody came in) or at once (you were muted). The same
 * sentence twice in a row is told twice, by an invisible sign at its end. What was told is taken
 * away when it has been heard or is over: who reads the page finds nothing that is not so any more.
 */
export class Announcer {
  polite = $state('');
  assertive = $state('');

  #politely: ReturnType<typeof setTimeout> | undefined;
  #atOnce: ReturnType<typeof setTimeout> | undefined;

  tell(sentence: string): void {
    this.polite = sentence === this.polite ? `${sentence}\u00a0` : sentence;
    clearTimeout(this.#politely);
    this.#politely = setTimeout(() => (this.polite = ''), HEARD_AFTER);
  }

  interrupt(sentence: string): void {
    this.assertive = sentence === this.assertive ? `${sentence}\u00a0` : sentence;
    clearTimeout(this.#atOnce);
    this.#atOnce = setTimeout(() => (this.assertive = ''), HEARD_AFTER);
  }

  /** What `interrupt` told is not so any more. */
  over(sentence: string): void {
    if (this.assertive.trimEnd() === sentence.trimEnd()) {
      this.assertive = '';
    }
  }

  close(): void {
    clearTimeout(this.#politely);
    clearTimeout(this.#atOnce);
  }
}
