import type admin from './admin.en.ts';
import type common from './common.en.ts';
import type compare from './compare.en.ts';
import type home from './home.en.ts';
import type room from './room.en.ts';
import type check from './check.en.ts';
import type stream from './stream.en.ts';
import type trust from './trust.en.ts';

/** The pages speak two languages as equals; a test holds the dictionaries to each other. */
export type Language = 'en' | 'ko';
export type Part = 'admin' | 'check' | 'common' | 'compare' | 'home' | 'room' | 'stream' | 'trust';
export type Key =
  | keyof typeof admin
  | keyof typeof common
  | keyof typeof compare
  | keyof typeof home
  | keyof typeof room
  | keyof typeof check
  | keyof typeof stream
  | keyof typeof trust;
export type Values = Record<string, string | number>;

const languages: readonly Language[] = ['en', 'ko'];
const remembered = 'madang.language';

let language = $state<Language>('en');
let table = $state.raw<Record<string, string>>({});
const parts = new Set<Part>();

/** Says a sentence of the dictionary in the current language. Reading it in markup follows a switch. */
export function say(key: Key, values: Values = {}): string {
  return fill(table[key] ?? key, values, language);
}

/**
 * Puts values into a sentence: `{name}` is the value, and `{n, one person | {n} people}` the words
 * that agree with the number `n` (one, otherwise).
 */
export function fill(sentence: string, values: Values, language: Language): string {
  return sentence.replace(place, (whole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) {
      return whole;
    }
    if (one !== undefined && other !== undefined) {
      const rule = new Intl.PluralRules(language).select(Number(value));
      return fill((rule === 'one' ? one : other).trim(), values, language);
    }
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : isolated(value);
  });
}

/**
 * What somebody wrote, to stand among our words: letters that run from right to left would carry
 * those around them along, so they are fenced in, by the signs for what HTML calls `<bdi>`.
 */
export function isolated(text: string): string {
  return turns.test(text) ? `\u2068${text.replace(/[\u2066-\u2069]/g, '')}\u2069` : text;
}

const turns =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const place = /\{(\w+)(?:,((?:[^{}|]|\{\w+\})*)\|((?:[^{}]|\{\w+\})*))?\}/g;

export function spoken(): Language {
  return language;
}

export function other(): Language {
  return language === 'en' ? 'ko' : 'en';
}

/** Loads a page's dictionary; the page is shown when its words are there. */
export async function learn(...wanted: Part[]): Promise<void> {
  for (const part of wanted) {
    parts.add(part);
  }
  await load(language);
}

export async function speak(next: Language): Promise<void> {
  await load(next);
  try {
    localStorage.setItem(remembered, next);
  } catch {
    // a browser that keeps nothing still shows the language until the page is closed
  }
}

/** The language that was chosen here before, or the first of the browser's that we speak. */
export function choose(
  stored: string | null,
  wanted: readonly string[],
  fallback: Language = 'en',
): Language {
  const known = (tag: string | null | undefined) =>
    languages.find((language) => tag?.toLowerCase().split('-')[0] === language);
  return known(stored) ?? wanted.map(known).find((found) => found !== undefined) ?? fallback;
}

export function start(): void {
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(remembered);
  } catch {
    // nothing kept
  }
  language = choose(stored, navigator.languages);
  document.documentElement.lang = language;
}

async function load(next: Language): Promise<void> {
  const loaded = await Promise.all([...parts].map((part) => dictionaries[next][part]()));
  table = Object.assign({}, ...loaded.map((module) => module.default)) as Record<string, string>;
  language = next;
  document.documentElement.lang = next;
}

type Loader = () => Promise<{ default: Record<string, string> }>;

const dictionaries: Record<Language, Record<Part, Loader>> = {
  en: {
    admin: () => import('./admin.en.ts'),
    common: () => import('./common.en.ts'),
    compare: () => import('./compare.en.ts'),
    home: () => import('./home.en.ts'),
    room: () => import('./room.en.ts'),
    check: () => import('./check.en.ts'),
    stream: () => import('./stream.en.ts'),
    trust: () => import('./trust.en.ts'),
  },
  ko: {
    admin: () => import('./admin.ko.ts'),
    common: () => import('./common.ko.ts'),
    compare: () => import('./compare.ko.ts'),
    home: () => import('./home.ko.ts'),
    room: () => import('./room.ko.ts'),
    check: () => import('./check.ko.ts'),
    stream: () => import('./stream.ko.ts'),
    trust: () => import('./trust.ko.ts'),
  },
};
