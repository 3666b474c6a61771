/** Wakes the sender, and knows how long the page itself kept it waiting. */
export class Ticker {
  private readonly worker = new Worker(new URL('./ticker.worker.ts', import.meta.url), { type: 'module' });
  private readonly waited: number[] = [];
  private least = Infinity;

  /** Ends at that time of `performance.now()`, or a little later. */
  wake(at: number): Promise<void> {
    return new Promise((resolve) => {
      this.worker.onmessage = ({ data }: MessageEvent<number>) => {
        // The two clocks differ by a constant, which is at most the least difference seen.
        const difference = performance.now() - data;
        this.least = Math.min(this.least, difference);
        this.waited.push(difference);
        resolve();
      };
      this.worker.postMessage(Math.max(0, Math.ceil(at - performance.now())));
    });
  }

  /** How long the page was busy with itself when it should have sent: the 95th percentile. */
  own(): number {
    const sorted = this.waited.map((each) => each - this.least).sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
  }

  close(): void {
    this.worker.terminate();
  }
}
