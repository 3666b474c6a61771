import { describe, expect, it } from 'vitest';
import { next, type Happening } from '../src/state';
import type { State } from '../src/types';
import { Random } from './random';

const cut: Happening = { is: 'cut', problem: { code: 'server-away', message: 'm', help: 'h' } };
const over: Happening = { is: 'over', problem: { code: 'removed', message: 'm', help: 'h' } };
const path = (...happenings: Happening[]) => happenings.reduce(next, { name: 'connecting' } as State).name;

describe('the state', () => {
  it('goes from connecting to connected, by waiting if somebody must admit', () => {
    expect(path({ is: 'admitted' })).toBe('connected');
    expect(path({ is: 'waiting', locked: false })).toBe('waiting');
    expect(path({ is: 'waiting', locked: false }, { is: 'admitted' })).toBe('connected');
  });

  it('is reconnecting after a cut, also from waiting, but still connecting if it never stood', () => {
    expect(path({ is: 'admitted' }, cut)).toBe('reconnecting');
    expect(path({ is: 'waiting', locked: false }, cut)).toBe('reconnecting');
    expect(path(cut)).toBe('connecting');
    expect(path({ is: 'admitted' }, cut, { is: 'waiting', locked: false })).toBe('waiting');
  });

  it('says while waiting whether the room is locked', () => {
    expect(next({ name: 'connecting' }, { is: 'waiting', locked: true })).toEqual({ name: 'waiting', locked: true });
  });

  it('is connected again without a trace of the cut', () => {
    expect([cut, { is: 'admitted' } as Happening].reduce(next, { name: 'connected' } as State)).toEqual({ name: 'connected' });
  });

  it('says why it is lost, and stays so', () => {
    const lost = next({ name: 'connected' }, over);
    expect(lost).toEqual({ name: 'lost', code: 'removed', message: 'm', help: 'h' });
    expect(next(next(next(lost, { is: 'admitted' }), cut), { is: 'waiting', locked: false })).toBe(lost);
  });

  it('is the same object when nothing changed, so that a page draws once', () => {
    const random = new Random(1);
    let state: State = { name: 'connecting' };
    for (let step = 0; step < 1000; step++) {
      const happening = random.pick<Happening>([{ is: 'admitted' }, { is: 'waiting', locked: false }, cut]);
      state = next(state, happening);
      expect(next(state, happening)).toBe(state);
    }
  });
});
