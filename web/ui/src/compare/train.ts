import { interval, type Workload } from './kinds.ts';
import type { Tally } from './tally.ts';

export type Inks = { inTime: string; late: string; lost: string; waiting: string; ground: string };

/**
 * What part of time a train shows: from `from`, so many milliseconds. What had no answer for `gone`
 * of them will have none.
 */
export type Sight = { from: number; span: number; now: number; gone: number };

const WAGON = 5;
const GAP = 1.5;

/**
 * Draws the answers of one lane as a train: a wagon stands where its answer came. Where one message
 * holds up all behind it there is a gap, and then a tower of those that came at once. What has no
 * answer yet is an outline where it was sent; what gets none, a cross. If one comes after all, it was
 * late, however long ago it was sent.
 */
export function drawTrain(
  context: CanvasRenderingContext2D,
  tally: Tally,
  { from, span, now, gone }: Sight,
  width: number,
  height: number,
  inks: Inks,
): void {
  const { workload, sentAt, heardAt, sent } = tally;
  const scale = width / span;
  const wagon = Math.min(14, Math.max(2, interval(workload) * scale * 0.72));
  const ground = height - 2;
  context.clearRect(0, 0, width, height);
  context.fillStyle = inks.ground;
  context.fillRect(0, ground, width, 1);

  const paths = { inTime: new Path2D(), late: new Path2D(), lost: new Path2D(), waiting: new Path2D() };
  let together = 0;
  let before = -Infinity;
  for (let i = 0; i < sent; i++) {
    const heard = heardAt[i]!;
    if (heard >= 0) {
      // Those that come within less than their own distance of each other came at once.
      together = heard - before >= 0 && heard - before < near(workload) ? together + 1 : 0;
      before = heard;
      const x = (heard - from) * scale - wagon;
      const late = workload.deadline > 0 && heard - sentAt[i]! > workload.deadline;
      const y = ground - (together + 1) * (WAGON + GAP);
      if (x > -wagon && y > -WAGON) {
        paths[late ? 'late' : 'inTime'].rect(x, y, wagon, WAGON);
      }
    } else {
      const x = (sentAt[i]! - from) * scale;
      if (x < 0) {
        continue;
      }
      if (now - sentAt[i]! > gone) {
        paths.lost.moveTo(x - 3, ground - 13);
        paths.lost.lineTo(x + 3, ground - 3);
        paths.lost.moveTo(x + 3, ground - 13);
        paths.lost.lineTo(x - 3, ground - 3);
      } else {
        paths.waiting.rect(x - wagon + 0.5, ground - WAGON - GAP + 0.5, Math.max(1, wagon - 1), WAGON - 1);
      }
    }
  }
  context.fillStyle = inks.inTime;
  context.fill(paths.inTime);
  context.fillStyle = inks.late;
  context.fill(paths.late);
  context.lineWidth = 1;
  context.strokeStyle = inks.waiting;
  context.stroke(paths.waiting);
  context.lineWidth = 2;
  context.strokeStyle = inks.lost;
  context.stroke(paths.lost);
}

function near(workload: Workload): number {
  return workload.burst > 1 ? 1 : interval(workload) * 0.6;
}

/** What a lane does now, as a few figures: of its last messages, and of all. */
export function glance(tally: Tally, now: number, gone: number): { median: number | undefined; late: number; lost: number } {
  const { workload, sentAt, heardAt, sent } = tally;
  let late = 0;
  let lost = 0;
  const recent: number[] = [];
  for (let i = 0; i < sent; i++) {
    const heard = heardAt[i]!;
    if (heard < 0) {
      lost += now - sentAt[i]! > gone ? 1 : 0;
      continue;
    }
    late += workload.deadline > 0 && heard - sentAt[i]! > workload.deadline ? 1 : 0;
    if (i >= sent - 120) {
      recent.push(heard - sentAt[i]!);
    }
  }
  recent.sort((a, b) => a - b);
  return { median: recent[Math.floor(recent.length / 2)], late, lost };
}
