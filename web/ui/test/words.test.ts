import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { everyDoubt } from '../src/compare/confidence.ts';
import { terms } from '../src/compare/terms.ts';
import { choose, fill, isolated } from '../src/words/words.svelte.ts';

const src = join(import.meta.dirname, '../src');
const parts = ['admin', 'check', 'common', 'compare', 'home', 'quality', 'room', 'stream', 'trust'];

async function words(part: string, language: string): Promise<Record<string, string>> {
  return (await import(`../src/words/${part}.${language}.ts`)).default;
}

function places(sentence: string): string[] {
  return [...new Set([...sentence.matchAll(/\{(\w+)/g)].map((match) => match[1]!))].sort();
}

function sources(folder = src): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.(svelte|ts)$/.test(entry.name) && !/\.(en|ko)\.ts$/.test(entry.name)
        ? [join(folder, entry.name)]
        : [],
  );
}

describe.each(parts)('the dictionaries of %s', (part) => {
  test('have the same keys in both languages, in the same order', async () => {
    expect(Object.keys(await words(part, 'ko'))).toEqual(Object.keys(await words(part, 'en')));
  });

  test('have the same places for values', async () => {
    const [en, ko] = [await words(part, 'en'), await words(part, 'ko')];
    for (const key of Object.keys(en)) {
      expect(places(ko[key]!), key).toEqual(places(en[key]!));
    }
  });

  test('leave nothing empty, and Korean is written in Korean', async () => {
    for (const language of ['en', 'ko']) {
      for (const [key, sentence] of Object.entries(await words(part, language))) {
        expect(sentence.trim(), key).not.toBe('');
        if (language === 'en' && key !== 'common.toKorean') {
          expect(sentence, key).not.toMatch(/[\uac00-\ud7a3]/);
        } else if (language === 'ko' && !latin.has(key)) {
          expect(sentence, key).toMatch(/[\uac00-\ud7a3]/);
        }
      }
    }
  });
});

/** Names and keys that are the same in every language. */
const latin = new Set([
  'common.toEnglish',
  'trust.windows',
  'trust.macos',
  'trust.android',
  'trust.linux',
  'keys.escape',
  'compare.p50',
  'compare.p95',
  'compare.p99',
  'compare.rpm',
  'react.from',
  'quality.because',
]);

test('every sentence is used, and every sentence used is there', async () => {
  const known = new Set<string>();
  for (const part of parts) {
    Object.keys(await words(part, 'en')).forEach((key) => known.add(key));
  }
  const used = new Set<string>();
  for (const file of sources()) {
    const text = readFileSync(file, 'utf8');
    for (const [, key] of text.matchAll(/'((?:admin|check|common|compare|home|trust|before|top|invite|bar|hand|react|tile|pages|quality|source|drawer|people|knock|chat|file|more|ask|keys|said|hear|wait|lost|stream|send|watch)\.\w+)'/g)) {
      used.add(key!);
    }
  }
  expect([...used].filter((key) => !known.has(key))).toEqual([]);
  expect([...known].filter((key) => !used.has(key) && !composed.has(key))).toEqual([]);
});

/** Keys that are put together from a value of the client. */
const composed = new Set([
  ...['good', 'fair', 'poor', 'lost', 'unknown'].map((quality) => `quality.${quality}`),
  ...['microphone', 'camera', 'screen', 'screenAudio'].map((source) => `source.${source}`),
  ...['meet', 'watch', 'host'].map((right) => `invite.${right}`),
  ...['grid', 'speaker'].map((layout) => `more.${layout}`),
  ...['high', 'medium', 'low', ...everyDoubt].map((word) => `compare.${word}`),
  ...terms.flatMap((term) => [`compare.${term}`, `compare.${term}Is`]),
]);

test('a sentence takes its values, numbers as the language writes them', () => {
  expect(fill('Hello {name}', { name: 'Noor' }, 'en')).toBe('Hello Noor');
  expect(fill('{n}', { n: 12345 }, 'en')).toBe('12,345');
  expect(fill('a {missing} b', {}, 'en')).toBe('a {missing} b');
});

test('a name that runs from right to left is fenced in, others stand as they are', () => {
  expect(fill('{name} left', { name: 'נועה' }, 'en')).toBe('\u2068נועה\u2069 left');
  expect(fill('{name}님', { name: '지우 (서울)' }, 'ko')).toBe('지우 (서울)님');
  expect(isolated('invoice\u202efdp.exe')).toBe('\u2068invoice\u202efdp.exe\u2069');
  expect(isolated('a\u2069ב')).toBe('\u2068aב\u2069');
});

test('a word agrees with its number', () => {
  const sentence = 'People: {n, one here | {n} here}';
  expect(fill(sentence, { n: 1 }, 'en')).toBe('People: one here');
  expect(fill(sentence, { n: 3 }, 'en')).toBe('People: 3 here');
});

test('the language is the one chosen before, or the first of the browser’s that we speak', () => {
  expect(choose('ko', ['en-GB'])).toBe('ko');
  expect(choose(null, ['fr-FR', 'ko-KR', 'en'])).toBe('ko');
  expect(choose('xx', ['fr'])).toBe('en');
  expect(choose(null, [])).toBe('en');
});
