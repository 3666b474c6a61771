import type { LaneName } from './kinds.ts';

/** Dashes that tell a lane's line from another's without colour. */
export const dashes: Record<LaneName, readonly number[]> = {
  udp: [],
  tcp: [8, 3],
  'tcp-model': [1, 3],
  websocket: [],
  socketio: [7, 3],
  polling: [2, 3],
  events: [8, 3, 2, 3],
  channel: [],
  'channel-unordered': [7, 3],
  'channel-lossy': [2, 3],
  'channel-lifetime': [8, 3, 2, 3],
  media: [4, 4],
};

export const colour = (lane: LaneName): string => `var(--lane-${lane})`;

/** What colours are in force for an element: a canvas knows no variables. */
export function inks<Name extends string>(beside: Element, names: Record<Name, string>): Record<Name, string> {
  const probe = document.createElement('span');
  beside.append(probe);
  const found = {} as Record<Name, string>;
  for (const name of Object.keys(names) as Name[]) {
    probe.style.color = names[name];
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

/** Ticks of a logarithmic axis: 1, 2, 5, 10 … between two values. */
export function ticks(low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of [1, 2, 5]) {
      const value = step * 10 ** power;
      if (value >= low * 0.999 && value <= high * 1.001) {
        found.push(value);
      }
    }
  }
  return found;
}
