import type { Series } from './figures.ts';

/**
 * What TCP would have made of the same messages, on a line that loses the same share: a model, where
 * the real one cannot be made to lose. A connection in each direction, both with the network's delay:
 *
 * - A segment is lost by itself, and so is an acknowledgement.
 * - It is known to be lost when one that was sent after it is acknowledged and the window for
 *   reordering, a quarter of a round trip, is over (RFC 8985 §6.2), or else after the timeout: the
 *   round trip and 200 ms, as Linux has it, twice as long each time (RFC 6298 §5.5).
 * - It is then sent again, and may be lost again.
 * - Whatever came meanwhile waits for it: TCP gives bytes in order.
 *
 * No congestion window: the messages are few and small. `rtt` is in milliseconds, as all times.
 */
export function tcpModel(
  sentAt: ArrayLike<number>,
  rtt: number,
  loss: number,
  random: () => number = Math.random,
): Series {
  const there = delivered(Array.from(sentAt), rtt, loss, random);
  return { sentAt, heardAt: delivered(there, rtt, loss, random) };
}

/** When each of these segments is handed to whoever reads at the far end. */
function delivered(sent: readonly number[], rtt: number, loss: number, random: () => number): number[] {
  const lost = sent.map(() => random() < loss);
  // That one came is known when its acknowledgement, or that of a later one, arrives; its own is enough here.
  const known = sent.map((at, i) => (lost[i] || random() < loss ? Infinity : at + rtt));
  let last = -Infinity;
  return sent.map((at, i) => {
    let left = at;
    let timeout = rtt + LEAST_TIMEOUT;
    for (let gone = lost[i]!; gone; gone = random() < loss) {
      const later = known.find((_, j) => j > i && sent[j]! >= left && known[j]! < Infinity);
      const noticed = Math.max(later ?? Infinity, left + rtt * (1 + REORDERING));
      left = Math.min(noticed, left + timeout);
      timeout *= 2;
    }
    last = Math.max(last, left + rtt / 2);
    return last;
  });
}

const LEAST_TIMEOUT = 200;
const REORDERING = 0.25;
