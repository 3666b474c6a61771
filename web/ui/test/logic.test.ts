import { describe, expect, test, vi } from 'vitest';
import { link, problem, route, tidy } from '../src/route.ts';
import { grant, grantedName, invitation, keepGrant, keptGrant, forgetGrant } from '../src/room/invitation.ts';
import { cameBack, rememberInside } from '../src/room/comeback.ts';
import { loudness } from '../src/room/deck.svelte.ts';
import { fills, grid, strip } from '../src/room/layout.ts';
import { large, type Tile } from '../src/room/people.ts';
import { canComeBack, lostWords } from '../src/room/problems.ts';
import { pieces } from '../src/room/text.ts';
import { secureLink } from '../src/parts/about.ts';
import { wayOf, type Stat } from '../src/compare/paths.ts';
import { system } from '../src/trust/system.ts';
import { ago, bits, percent, size } from '../src/words/numbers.ts';
import { learn } from '../src/words/words.svelte.ts';

describe('addresses', () => {
  test('lead to their pages', () => {
    expect(route('/')).toEqual({ page: 'home' });
    expect(route('/trust')).toEqual({ page: 'trust' });
    expect(route('/r/tea')).toEqual({ page: 'room', room: 'tea' });
    expect(route('/whip/tea')).toEqual({ page: 'send', room: 'tea' });
    expect(route('/whep/tea')).toEqual({ page: 'watch', room: 'tea' });
    expect(route('/compare')).toEqual({ page: 'compare' });
    expect(route('/compare/Zm9vYmFyLWZvb2Jhci1mb28')).toEqual({ page: 'nowhere', path: '/compare/Zm9vYmFyLWZvb2Jhci1mb28' });
    expect(route('/compare/Zm9vYmFyLWZvb2Jhci1mb_')).toEqual({ page: 'kept', id: 'Zm9vYmFyLWZvb2Jhci1mb_' });
    expect(route('/x/y')).toEqual({ page: 'nowhere', path: '/x/y' });
  });

  test('carry a room’s name of any script there and back', () => {
    expect(route(link('아침-차_1.b'))).toEqual({ page: 'room', room: '아침-차_1.b' });
  });

  test('with a broken escape or a name that no room has lead nowhere', () => {
    expect(route('/r/%E0%A4%A').page).toBe('nowhere');
    expect(route('/r/a%2Fb').page).toBe('nowhere');
    expect(route(`/r/${'a'.repeat(65)}`).page).toBe('nowhere');
  });
});

describe('a room’s name', () => {
  test('is tidied from what people type', () => {
    expect(tidy('  아침  차 ')).toBe('아침-차');
  });

  test('is refused by its signs, its length, its absence', () => {
    expect(problem('')).toEqual({ kind: 'missing' });
    expect(problem('a/b?c?')).toEqual({ kind: 'signs', signs: '/ ?' });
    expect(problem('가'.repeat(65))).toEqual({ kind: 'tooLong' });
    expect(problem('가'.repeat(64))).toBeNull();
  });
});

test('only web addresses become links, without the full stop behind them', () => {
  expect(pieces('see https://a.example/b. or javascript:alert(1)')).toEqual([
    { text: 'see ' },
    { text: 'https://a.example/b', link: 'https://a.example/b' },
    { text: '. or javascript:alert(1)' },
  ]);
});

describe('the stage', () => {
  const face = (identity: string, isMe = false) =>
    ({ key: identity, person: { identity, isMe }, screen: undefined }) as unknown as Tile;
  const screen = (identity: string, isMe = false) =>
    ({ key: `${identity}/s`, person: { identity, isMe }, screen: {} }) as unknown as Tile;
  const [a, b, me] = [face('a'), face('b'), face('me', true)];

  test('shows all alike in a grid', () => {
    expect(large([a, b, me], 'grid', undefined, 'a')).toBeUndefined();
  });

  test('shows who speaks large in the speaker layout, or somebody else than me', () => {
    expect(large([a, b, me], 'speaker', undefined, 'b')).toBe(b);
    expect(large([a, b, me], 'speaker', undefined, undefined)).toBe(a);
  });

  test('shows somebody’s screen large, but not my own', () => {
    const theirs = screen('b');
    expect(large([theirs, a, b, me], 'grid', undefined, 'a')).toBe(theirs);
    expect(large([screen('me', true), a, me], 'grid', undefined, 'a')).toBeUndefined();
  });

  test('obeys a pin before everything', () => {
    expect(large([screen('b'), a, b, me], 'grid', 'a', 'b')).toBe(a);
  });

  test('fills a wide stage by columns and a phone by rows', () => {
    const wide = grid(2, 1200, 600, 10);
    expect(wide.width * 2 + 10).toBeLessThanOrEqual(1200);
    expect(wide.height).toBeGreaterThan(300);
    const phone = grid(2, 380, 640, 10);
    expect(phone).toEqual({ width: 380, height: 285 });
  });

  // A desk, a desk with the panel open, a large one, a phone upright and lying, a narrow window.
  test.each([
    [1264, 640],
    [870, 640],
    [1900, 900],
    [382, 680],
    [382, 560],
    [830, 260],
    [620, 620],
  ])('of %d×%d crops no picture needlessly, however many there are', (width, height) => {
    for (let n = 1; n <= 9; n++) {
      const tile = grid(n, width, height, 10);
      const columns = Math.max(1, Math.floor((width + 10) / (tile.width + 10)));
      const rows = Math.ceil(n / columns);
      expect(rows * (tile.height + 10) - 10).toBeLessThanOrEqual(height);
      // Of a picture of 16:9 the share that is seen.
      const seen = tile.width / tile.height / (16 / 9);
      expect(seen).toBeGreaterThan(width < height ? 0.745 : 0.895);
      expect(seen).toBeLessThan(1.01);
      expect(fills({ width: 1280, height: 720 }, tile)).toBe(true);
      // And no arrangement shows it larger without cropping.
      for (let other = 1; other <= n; other++) {
        const down = Math.ceil(n / other);
        const w = Math.min((width - 10 * (other - 1)) / other, (((height - 10 * (down - 1)) / down) * 16) / 9);
        expect(tile.width * tile.height).toBeGreaterThan(((w * w * 9) / 16) * 0.98);
      }
    }
  });

  // What is left of it beside twelve people: eight on a page.
  test.each([
    ['a desk', 1264, 640, { columns: 2, width: 151.68, height: 113.76 }],
    ['a desk with the panel open', 872, 640, { columns: 2, width: 150, height: 112.5 }],
    ['a large desk', 1900, 920, { columns: 2, width: 228, height: 171 }],
  ])('on %s puts eight beside a large picture so that faces can be told apart', (_, width, height, wanted) => {
    expect(strip(8, width, height, 10)).toEqual(wanted);
  });

  test('puts few beside a large picture in one column, and many too where two would leave it little room', () => {
    expect(strip(3, 1264, 640, 10)).toEqual({ columns: 1, width: 240, height: 176 });
    expect(strip(5, 1264, 640, 10)).toEqual({ columns: 1, width: 240, height: 120 });
    expect(strip(8, 720, 640, 10).columns).toBe(1);
    expect(strip(0, 1264, 640, 10).columns).toBe(1);
  });

  test('puts two side by side on a desk, and one above the other beside an open panel', () => {
    expect(grid(2, 1264, 640, 10)).toEqual({ width: 627, height: 391 });
    const beside = grid(2, 870, 640, 10);
    expect(beside.height).toBe(315);
    expect(beside.width).toBe(560);
  });

  test('shows a picture whole of which more than a quarter would be cut off', () => {
    expect(fills({ width: 720, height: 1280 }, { width: 627, height: 391 })).toBe(false);
    expect(fills({ width: 640, height: 480 }, { width: 627, height: 353 })).toBe(true);
    expect(fills({ width: 1280, height: 720 }, { width: 380, height: 500 })).toBe(false);
    expect(fills({ width: 0, height: 0 }, { width: 380, height: 500 })).toBe(true);
  });

  test('never asks for a tile of negative size', () => {
    expect(grid(4, 0, 0, 10)).toEqual({ width: 0, height: 0 });
  });
});

test('who is out reads why and what to press, also for codes we do not know', async () => {
  await learn('common', 'room');
  expect(lostWords({ code: 'room-full' }, 'tea').title).toBe('This yard is full for now');
  expect(lostWords({ code: 'odd', message: 'So it is.', help: 'Wait.' }, 'tea').why).toBe(
    'So it is. Wait.',
  );
  expect(canComeBack('removed')).toBe(false);
  expect(canComeBack('left')).toBe(true);
});

test('an invitation’s name is read for the field, rubbish is not', () => {
  const body = btoa(String.fromCharCode(...new TextEncoder().encode('{"name":"지우"}')));
  expect(grantedName(`x.${body}.y`)).toBe('지우');
  expect(grantedName('rubbish')).toBeUndefined();
  expect(grantedName(undefined)).toBeUndefined();
});

describe('a grant', () => {
  test('is kept for its room and gone from the address, so that nobody hands on their own place', () => {
    localStorage.clear();
    history.replaceState(null, '', '/r/Tea?x=1&token=old#token=a.b.c');
    expect(grant()).toBe('a.b.c');
    keepGrant('Tea', 'a.b.c');
    expect(location.pathname + location.search + location.hash).toBe('/r/Tea?x=1');
    expect(grant()).toBeUndefined();
    expect(keptGrant('tea')).toBe('a.b.c');
    expect(keptGrant('other')).toBeUndefined();
    forgetGrant('TEA');
    expect(keptGrant('tea')).toBeUndefined();
  });

  test('stays in the address where nothing can be kept', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    });
    history.replaceState(null, '', '/r/tea#token=a.b.c');
    keepGrant('tea', 'a.b.c');
    expect(location.hash).toBe('#token=a.b.c');
    vi.unstubAllGlobals();
  });

  test('makes a link of the room’s address', () => {
    history.replaceState(null, '', '/r/%EC%95%84%EC%B9%A8?x#token=mine');
    expect(invitation(undefined)).toBe(`${location.origin}/r/%EC%95%84%EC%B9%A8`);
    expect(invitation('https://meet.example', 'a.b.c')).toBe('https://meet.example/r/%EC%95%84%EC%B9%A8#token=a.b.c');
  });
});

test('the meter shows quiet speech well before its end', () => {
  expect(loudness(0)).toBe(0);
  expect(loudness(0.03)).toBeGreaterThan(0.4);
  expect(loudness(0.03)).toBeLessThan(0.6);
  expect(loudness(1)).toBe(1);
});

test('the secure address keeps the room', () => {
  expect(secureLink('https://192.168.0.7:7700', '/r/tea')).toBe('https://192.168.0.7:7700/r/tea');
  expect(secureLink('nonsense', '/')).toBeNull();
});

test('the way is that of the pair that carries, not of one left for a better', () => {
  const left = { id: 'left', type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'relay' };
  const carries = { id: 'carries', type: 'candidate-pair', state: 'succeeded', nominated: true, localCandidateId: 'host' };
  const candidates = [
    { id: 'relay', type: 'local-candidate', candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' },
    { id: 'host', type: 'local-candidate', candidateType: 'host', protocol: 'udp' },
  ];
  const way = (...stats: { id: string; type: string }[]) => wayOf(new Map([...candidates, ...stats].map((stat) => [stat.id, { timestamp: 0, ...stat } as Stat])));
  const direct = { transport: 'udp', relayed: false };
  expect(way(left, carries, { id: 'transport', type: 'transport', selectedCandidatePairId: 'carries' } as never)).toEqual(direct);
  expect(way(left, { ...carries, selected: true } as never)).toEqual(direct);
  expect(way(left, { id: 'transport', type: 'transport', selectedCandidatePairId: 'left' } as never)).toEqual({ transport: 'tcp', relayed: true });
  expect(way(left)).toBeUndefined();
});

test('guesses the system whose steps to unfold', () => {
  expect(system('Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/156', 0)).toBe('windows');
  expect(system('Mozilla/5.0 (Macintosh; Intel Mac OS X) Safari', 5)).toBe('ios');
  expect(system('Mozilla/5.0 (Linux; Android 16) Chrome', 5)).toBe('android');
  expect(system('Mozilla/5.0 (X11; Linux) Firefox/153.0', 0)).toBe('firefox');
});

test('numbers are written as the language writes them', () => {
  expect(size(4_812_331, 'en')).toBe('4.8 MB');
  expect(size(512, 'en')).toBe('512 bytes');
  expect(size(1, 'en')).toBe('1 byte');
  expect(size(5, 'ko')).toBe('5바이트');
  expect(percent(0.094, 'en')).toBe('9.4%');
  expect(bits(1_240_000, 'en')).toBe('1.2 Mbit/s');
  expect(ago(0, 2 * 86_400_000, 'en')).toBe('2 days ago');
  expect(ago(0, 2 * 86_400_000, 'ko')).toBe('그저께');
});

describe('a page that is loaded again', () => {
  const was = { room: 'tea', name: 'Jiu', microphone: false, camera: true };
  const loaded = (type: string) => vi.spyOn(performance, 'getEntriesByType').mockReturnValue([{ type } as unknown as PerformanceEntry]);

  test('comes back as it was, once', () => {
    loaded('reload');
    rememberInside(was);
    expect(cameBack('tea')).toMatchObject(was);
    expect(cameBack('tea')).toBeUndefined();
  });

  test('asks first after a while, in another room, by another way, and when one was not inside', () => {
    loaded('reload');
    rememberInside(was);
    expect(cameBack('other')).toBeUndefined();
    rememberInside(was);
    rememberInside(undefined);
    expect(cameBack('tea')).toBeUndefined();
    vi.useFakeTimers({ now: Date.now() });
    rememberInside(was);
    vi.setSystemTime(Date.now() + 60_001);
    expect(cameBack('tea')).toBeUndefined();
    vi.useRealTimers();
    for (const type of ['navigate', 'back_forward']) {
      loaded(type);
      rememberInside(was);
      expect(cameBack('tea')).toBeUndefined();
    }
    sessionStorage.setItem('madang.inside', 'rubbish');
    expect(cameBack('tea')).toBeUndefined();
    vi.restoreAllMocks();
  });
});
