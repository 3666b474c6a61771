import { describe, expect, it } from 'vitest';
import { problems } from '../src/problem';
import { texts } from '../src/texts';

describe('the client’s sentences', () => {
  it.each(Object.entries(texts))('%s: one sentence and what to do, in both languages', (_, tongues) => {
    const [english, korean] = tongues;
    for (const sentence of english) expect(sentence).toMatch(/^[A-Z{].*\.$/);
    for (const sentence of korean) expect(sentence).toMatch(/[가-힣].*\.$/);
    expect(korean[0].includes('{}')).toBe(english[0].includes('{}'));
  });

  it('come in the page’s language', () => {
    expect(problems('ko-KR')('offline').message).toMatch(/[가-힣]/);
    expect(problems('en')('no-path', 'Ann $& Co').message).toBe('No path to Ann $& Co was found.');
  });
});
