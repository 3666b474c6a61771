import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Gaze } from '../src/gaze';
import type { Sight } from '../src/signal';
import type { Track } from '../src/types';

// Of a browser: a page that can be hidden, and pictures all of which are on the screen.
const page = Object.assign(new EventTarget(), { hidden: false, pictureInPictureElement: null as Element | null | undefined });
let looks: Sight[][];
let gaze: Gaze;
let places: (entries: { target: Element; isIntersecting: boolean }[]) => void;

const tracks = ['ann', 'bob'].map((identity) => ({ identity, tracks: [{ id: `${identity}/camera`, source: 'camera' } as Track] }));
const tiles = tracks.map(() => Object.assign(new EventTarget(), { clientHeight: 360 }) as unknown as HTMLVideoElement);
const seen = () => looks.at(-1)!.map(({ from, height }) => `${from} ${height}`);

function hide(hidden: boolean): void {
  page.hidden = hidden;
  page.dispatchEvent(new Event('visibilitychange'));
}

/** Shows a tile above all windows, or none. */
function lift(tile: HTMLVideoElement | null): void {
  const before = page.pictureInPictureElement;
  page.pictureInPictureElement = tile;
  const window = Object.assign(new EventTarget(), { height: 213 });
  (tile ?? before)!.dispatchEvent(Object.assign(new Event(tile ? 'enterpictureinpicture' : 'leavepictureinpicture'), { pictureInPictureWindow: window }));
}

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(page, { hidden: false, pictureInPictureElement: null });
  vi.stubGlobal('document', page);
  const nothing = { observe() {}, unobserve() {}, disconnect() {} };
  vi.stubGlobal('ResizeObserver', function () {
    return nothing;
  });
  vi.stubGlobal('IntersectionObserver', function (told: typeof places) {
    places = told;
    return nothing;
  });
  looks = [];
  gaze = new Gaze({ others: () => tracks, wanted: () => true, look: async (sights) => void looks.push(sights) });
  tiles.forEach((tile, at) => gaze.meet(tile, tracks[at]!.tracks[0]!));
  places(tiles.map((target) => ({ target, isIntersecting: true })));
  vi.runAllTimers();
});

afterEach(() => {
  gaze.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it('a hidden page asks for no pictures, and for all at once when it is seen again', () => {
  expect(seen()).toEqual(['ann 360', 'bob 360']);
  hide(true);
  vi.runAllTimers();
  expect(seen()).toEqual([]);
  hide(false);
  expect(seen()).toEqual(['ann 360', 'bob 360']);
});

it('a glance at another page asks for nothing', () => {
  hide(true);
  hide(false);
  vi.runAllTimers();
  expect(looks).toHaveLength(1);
});

it('the picture above all windows is looked at while its page is hidden or its tile is off the screen, as tall as its window', () => {
  lift(tiles[1]!);
  vi.runAllTimers();
  expect(seen()).toEqual(['ann 360', 'bob 213']);
  places([{ target: tiles[1]!, isIntersecting: false }]);
  hide(true);
  vi.runAllTimers();
  expect(seen()).toEqual(['bob 213']);
  lift(null);
  vi.runAllTimers();
  expect(seen()).toEqual([]);
});

it('where a browser does not say what it shows above all windows, a hidden page goes on asking', () => {
  page.pictureInPictureElement = undefined;
  hide(true);
  vi.runAllTimers();
  expect(seen()).toEqual(['ann 360', 'bob 360']);
});

it('hears nothing of its page when it is closed', () => {
  gaze.close();
  hide(true);
  vi.runAllTimers();
  expect(looks).toHaveLength(1);
});
