import type { Language } from './words.svelte.ts';

/** Numbers, sizes and times as the reader's language writes them. */

export function clock(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' }).format(at);
}

export function moment(at: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(at);
}

export function ago(at: number, now: number, language: Language): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const seconds = Math.min(0, Math.round((at - now) / 1000));
  for (const [unit, size] of steps) {
    if (-seconds >= size) {
      return words.format(Math.round(seconds / size), unit);
    }
  }
  return words.format(0, 'second');
}

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

export function size(bytes: number, language: Language): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[unit],
    unitDisplay: unit > 0 ? 'short' : 'long',
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function percent(share: number, language: Language): string {
  return new Intl.NumberFormat(language, {
    style: 'percent',
    maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0,
  }).format(share);
}

export function bits(perSecond: number, language: Language): string {
  const mega = perSecond >= 1_000_000;
  const number = new Intl.NumberFormat(language, {
    maximumFractionDigits: mega ? 1 : 0,
  }).format(mega ? perSecond / 1_000_000 : perSecond / 1000);
  return `${number} ${mega ? 'Mbit/s' : 'kbit/s'}`;
}

export function milliseconds(value: number, language: Language): string {
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: 0,
  }).format(value);
}
