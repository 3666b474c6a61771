/** The words of lanes and workloads: as the command line, the reports and docs/compare.md have them. */
export const laneNames = [
  'udp',
  'tcp',
  'tcp-model',
  'websocket',
  'socketio',
  'polling',
  'events',
  'channel',
  'channel-unordered',
  'channel-lossy',
  'channel-lifetime',
  'media',
] as const;

export type LaneName = (typeof laneNames)[number];

/** What a browser can measure: it has no bare TCP and UDP. */
export const browserLanes: readonly LaneName[] = laneNames.filter(
  (name) => !['udp', 'tcp', 'tcp-model'].includes(name),
);

/** What two browsers can measure without a server between them. */
export const peerLanes: readonly LaneName[] = browserLanes.filter((lane) => isChannel(lane));

/** What the server can make lose packets: what comes by WebRTC. */
export const lossyLanes: readonly LaneName[] = browserLanes.filter((lane) => isChannel(lane) || lane === 'media');

/** Whether a browser measures a workload on it: sound has a beat of its own, that of a voice. */
export const carries = (lane: LaneName, { name }: Workload): boolean =>
  lane !== 'media' || name === 'voice' || name === 'connect';

/** Whether it is a data channel. */
export function isChannel(lane: LaneName): boolean {
  return lane.startsWith('channel');
}

/** Whether what was sent arrives, as long as the lane stands. */
export const isReliable = (lane: LaneName): boolean =>
  !['udp', 'channel-lossy', 'channel-lifetime', 'media'].includes(lane);

/**
 * How a workload is run: on all lanes together, so that all meet the same network; on one after the
 * other; as many bytes as the lane carries; like the cursor beside such bytes; from nothing to the
 * first answer.
 */
export type Shape = 'together' | 'inTurn' | 'bulk' | 'loaded' | 'connect';

export type WorkloadName = 'chat' | 'cursor' | 'voice' | 'video' | 'file' | 'loaded' | 'connect';

export type Workload = {
  /** as in the second byte of a message */
  number: number;
  name: WorkloadName;
  /** bytes of a message */
  size: number;
  perSecond: number;
  /** how many at once, at that many's distance */
  burst: number;
  /** milliseconds after which an answer is of no use; 0: there is no such time */
  deadline: number;
  /** whether a lost message is worse than a late one */
  needsAll: boolean;
  shape: Shape;
};

const workload = (
  number: number,
  name: WorkloadName,
  size: number,
  perSecond: number,
  burst: number,
  deadline: number,
  needsAll: boolean,
  shape: Shape,
): Workload => ({ number, name, size, perSecond, burst, deadline, needsAll, shape });

export const workloads: readonly Workload[] = [
  workload(1, 'chat', 200, 2, 1, 300, true, 'together'),
  workload(2, 'cursor', 64, 60, 1, 100, false, 'together'),
  workload(3, 'voice', 160, 50, 1, 150, false, 'together'),
  workload(4, 'video', 1200, 260, 9, 150, false, 'inTurn'),
  workload(5, 'file', 16_384, 0, 1, 0, true, 'bulk'),
  workload(6, 'loaded', 64, 60, 1, 100, false, 'loaded'),
  workload(7, 'connect', 64, 0, 1, 0, true, 'connect'),
];

export function workloadOf(name: WorkloadName): Workload {
  return workloads.find((each) => each.name === name)!;
}

/** Whether a request for each message is much. */
export function isMany({ perSecond }: Workload): boolean {
  return perSecond > 10;
}

/** Milliseconds from one burst to the next. */
export function interval({ burst, perSecond }: Workload): number {
  return (burst * 1000) / perSecond;
}
