import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Person, Room } from '../src/admin/api.ts';
import Rooms from '../src/admin/Rooms.svelte';
import { learn, speak } from '../src/words/words.svelte.ts';

let view: ReturnType<typeof mount>;
let props: { rooms: Room[]; silent: boolean; leave: () => void; act: (what: 'remove' | 'end', body: { room?: string; identity?: string }) => Promise<string> };

function person(name: string, program = false): Person {
  return { identity: name, name, host: false, program, online: true, up: null, down: null, tracks: [] };
}

function room(name: string, people: Person[]): Room {
  return { name, locked: false, lobby: false, direct: true, most: 25, waiting: 0, viewers: 0, people, players: [] };
}

beforeEach(async () => {
  vi.useFakeTimers();
  await learn('common', 'admin');
  await speak('en');
});

afterEach(async () => {
  await unmount(view);
  document.body.replaceChildren();
  vi.useRealTimers();
});

/** What is removed or ended is gone when it was asked for. */
function show(...rooms: Room[]): void {
  const state = $state({
    rooms,
    silent: false,
    leave: () => undefined,
    act: async (what: 'remove' | 'end', { room, identity }: { room?: string; identity?: string }) => {
      state.rooms =
        what === 'end'
          ? state.rooms.filter(({ name }) => name !== room)
          : state.rooms.map((one) => (one.name === room ? { ...one, people: one.people.filter((each) => each.identity !== identity) } : one));
      return what === 'end' ? 'admin.ended' : 'admin.removed';
    },
  });
  props = state;
  view = mount(Rooms, { target: document.body, props: props as never });
  flushSync();
}

const button = (selector: string) => document.querySelector<HTMLElement>(selector)!;
const words = (selector: string) => document.querySelector(selector)?.textContent?.trim();
/** Whose button has the focus. */
const focus = () => {
  const at = document.activeElement!;
  return at.closest<HTMLElement>('[data-person]')?.dataset.person ?? at.closest<HTMLElement>('[data-room]')?.dataset.room ?? at.tagName;
};

async function sure(selector: string): Promise<void> {
  button(selector).focus();
  button(selector).click();
  flushSync();
  button('[data-sure]').click();
  await vi.advanceTimersByTimeAsync(0);
  flushSync();
  await vi.advanceTimersByTimeAsync(0);
}

test('what was done is said in the language of the page, and not for ever', async () => {
  show(room('yard', [person('Ann'), person('Bo')]));
  await sure('[data-person=Bo] [data-remove]');
  expect(words('[data-said]')).toBe('Bo was removed.');
  await speak('ko');
  flushSync();
  expect(words('[data-said]')).toBe('Bo님을 내보냈어요.');
  await vi.advanceTimersByTimeAsync(10_000);
  flushSync();
  expect(words('[data-said]')).toBe('');
});

test('who removes by keys stays in the list: at the next, else the one before, else the room, else the heading', async () => {
  show(room('yard', [person('Ann'), person('Bo'), person('Cem')]), room('barn', [person('Dov')]));
  await sure('[data-person=Bo] [data-remove]');
  expect(focus()).toBe('Cem');
  await sure('[data-person=Cem] [data-remove]');
  expect(focus()).toBe('Ann');
  await sure('[data-person=Ann] [data-remove]');
  expect(focus()).toBe('yard');
  await sure('[data-room=yard] [data-end]');
  expect(focus()).toBe('barn');
  await sure('[data-room=barn] [data-end]');
  expect(focus()).toBe('H1');
});

test('programs are no people', () => {
  show(room('yard', [person('Ann'), person('Film', true)]));
  expect(words('[data-sum]')).toBe('one room, one person, 0 tracks, one program');
});

test('a room says which way it goes when somebody sends to somebody', () => {
  show(room('empty', []), room('alone', [person('Ann')]), room('yard', [person('Bo'), person('Cem')]), { ...room('far', [person('Dov')]), direct: false });
  const says = (name: string) => /Directly|Through the server|Not connected/.test(button(`[data-room=${name}]`).textContent!);
  expect(['empty', 'alone', 'yard', 'far'].map(says)).toEqual([false, false, true, true]);
});
