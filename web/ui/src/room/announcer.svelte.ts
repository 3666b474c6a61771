/**
 * What a screen reader is told: politely (somebody came in) or at once (you were muted). The same
 * sentence twice in a row is told twice, by an invisible sign at its end.
 */
export class Announcer {
  polite = $state('');
  assertive = $state('');

  tell(sentence: string): void {
    this.polite = sentence === this.polite ? `${sentence}\u00a0` : sentence;
  }

  interrupt(sentence: string): void {
    this.assertive = sentence === this.assertive ? `${sentence}\u00a0` : sentence;
  }
}
