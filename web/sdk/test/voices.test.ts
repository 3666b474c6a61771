import { describe, expect, it } from 'vitest';
import { activeOf, Voice } from '../src/voices';

const person = (...levels: number[]) => {
  const voice = new Voice();
  levels.forEach((level, at) => voice.hear(level, at * 200));
  return { voice };
};

describe('a voice', () => {
  it('speaks at the first loud sample and through the gaps between words', () => {
    const voice = new Voice();
    expect(voice.hear(0.001, 0)).toBe(false);
    expect(voice.hear(0.2, 200)).toBe(true);
    expect(voice.speaking).toBe(true);
    for (const at of [400, 600, 800]) expect(voice.hear(0, at)).toBe(false);
    expect(voice.hear(0, 1000)).toBe(true);
    expect(voice.speaking).toBe(false);
  });
});

describe('the active speaker', () => {
  it('stays the last one when all are silent', () => {
    const [ann, bob] = [person(0, 0), person(0, 0)];
    expect(activeOf([ann, bob], bob)).toBe(bob);
    expect(activeOf([ann, bob], undefined)).toBeUndefined();
  });

  it('is whoever speaks after one who stopped', () => {
    const [ann, bob] = [person(0.3, 0.3), person(0, 0)];
    expect(activeOf([ann, bob], bob)).toBe(ann);
  });

  it('does not flicker between two who speak equally loud', () => {
    const [ann, bob] = [person(0.2, 0.2), person(0.21, 0.21)];
    expect(activeOf([ann, bob], ann)).toBe(ann);
    expect(activeOf([ann, bob], bob)).toBe(bob);
    expect(activeOf([person(0.9, 0.9), bob], bob)).not.toBe(bob);
  });
});
