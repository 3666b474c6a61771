import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeRoom, MadangError } from '../src/fake/client.ts';
import type { About } from '../src/parts/about.ts';
import { Meeting } from '../src/room/meeting.svelte.ts';
import MeetingView from '../src/room/MeetingView.svelte';
import { learn, speak } from '../src/words/words.svelte.ts';

let room: FakeRoom;
let meeting: Meeting;
let view: ReturnType<typeof mount>;
let copied: string[];

// happy-dom knows no top layer.
HTMLElement.prototype.hidePopover ??= () => undefined;
// Nor which option is chosen, when asked by a selector.
HTMLSelectElement.prototype.querySelector = function (this: HTMLSelectElement, selector: string) {
  return selector === ':checked' ? (this.options[this.selectedIndex] ?? null) : Element.prototype.querySelector.call(this, selector);
} as typeof HTMLSelectElement.prototype.querySelector;

beforeEach(async () => {
  await learn('common', 'room');
  await speak('en');
  localStorage.clear();
  history.replaceState(null, '', '/r/tea');
  copied = [];
  vi.stubGlobal('ClipboardItem', undefined);
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: async (text: string) => void copied.push(text) } });
  room = new FakeRoom('tea', { name: 'Jiu' });
  show({});
});

function show(server: About): void {
  meeting = new Meeting(room, server);
  view = mount(MeetingView, { target: document.body, props: { meeting } });
  flushSync();
}

/** The same room on a server of another kind. */
async function showOn(server: About): Promise<void> {
  await unmount(view);
  meeting.close();
  show(server);
}

afterEach(async () => {
  await unmount(view);
  meeting.close();
  room.media.close();
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function one(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (found === null) {
    throw new Error(`nothing like ${selector}`);
  }
  return found;
}

function named(name: string): HTMLElement {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find(
    (button) => (button.getAttribute('aria-label') ?? button.textContent?.trim()) === name,
  );
  if (found === undefined) {
    throw new Error(`no button named ${name}`);
  }
  return found;
}

async function press(name: string): Promise<void> {
  named(name).click();
  await settled();
}

/** The sheet for invitations is fetched when it is asked for. */
async function inviting(): Promise<void> {
  await vi.waitFor(() => {
    flushSync();
    one('[data-inviting]');
  });
}

/** What promises had to do is done and drawn. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  flushSync();
}

function key(code: string, type: 'keydown' | 'keyup' = 'keydown', init: KeyboardEventInit = {}): void {
  document.body.dispatchEvent(
    new KeyboardEvent(type, { code, key: code, bubbles: true, cancelable: true, ...init }),
  );
  flushSync();
}

const polite = () => one('[data-live="polite"]').textContent?.trim();
const assertive = () => one('[data-live="assertive"]').textContent?.trim();

test('one alone is told so, and that the link invites', () => {
  expect(document.body.textContent).toContain('You are alone here');
  room.come('Noor');
  flushSync();
  expect(document.body.textContent).not.toContain('You are alone here');
  expect(one('[data-participant="p1"]').getAttribute('aria-label')).toContain('Noor');
});

test('where rooms are open the link is copied as it is, at the server’s own name if it has one', async () => {
  await press('Copy the link');
  await showOn({ open: true, address: 'https://meet.example' });
  await press('Copy the link');
  expect(copied).toEqual([`${location.origin}/r/tea`, 'https://meet.example/r/tea']);
  expect(polite()).toBe('The link is copied. Pass it on to invite somebody.');
  expect(room.asked).toEqual([]);
});

test('where rooms open by invitation a host’s press makes one, and says until when it is good', async () => {
  await showOn({ open: false, address: 'https://meet.example' });
  expect(document.body.textContent).toContain('This room opens by invitation. Make one');
  await press('Copy an invitation');
  expect(copied).toEqual(['https://meet.example/r/tea#token=header.body.seal']);
  expect(room.asked).toEqual(['invite {}']);
  expect(polite()).toMatch(/^The invitation is copied\. Whoever opens it comes in, until .*2026.*\.$/);
});

test('a guest’s copy is the bare address, and it is said that it lets nobody in by itself', async () => {
  room.self.role = 'guest';
  room.come('Noor').role = 'host';
  await showOn({ open: false });
  await press('Copy the address');
  expect(copied).toEqual([`${location.origin}/r/tea`]);
  expect(polite()).toMatch(/without your invitation.*A host makes it: Noor$/);
  meeting.open('people');
  flushSync();
  expect(document.querySelector('[data-invite]')).toBeNull();
});

test('an invitation says for whom it is, what it allows and how long', async () => {
  await showOn({ open: false });
  meeting.open('people');
  flushSync();
  await press('Invite people');
  await inviting();
  const choose = (label: string, value: string) => {
    const field = [...document.querySelectorAll('label')].find((each) => each.textContent === label)!.control!;
    (field as HTMLInputElement).value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
    flushSync();
  };
  choose('Name of the guest', ' Luis ');
  await press('Make and copy the link');
  choose('May', 'watch');
  choose('Good for', '3600');
  expect(document.querySelector('[data-invitation]')).toBeNull();
  await press('Make and copy the link');
  expect(room.asked.map((each) => JSON.parse(each.slice('invite '.length)))).toEqual([
    { seconds: 86_400, name: 'Luis' },
    { seconds: 3600, name: 'Luis', can: { publish: false, subscribe: true, send: false, moderate: false } },
  ]);
  expect((one('[data-invitation]') as HTMLInputElement).value).toBe(copied.at(-1));
});

test('who may not invite hosts reads what to do instead', async () => {
  await showOn({ open: false });
  room.host.invite = async () => {
    throw new MadangError('not-allowed', 'No.', 'Ask.');
  };
  meeting.inviting = {};
  await inviting();
  const right = [...document.querySelectorAll('select')][0]!;
  right.value = 'host';
  right.dispatchEvent(new Event('change', { bubbles: true }));
  flushSync();
  await press('Make and copy the link');
  expect(one('[data-inviting] [role=alert]').textContent).toContain('Invite guests, and make them hosts');
});

test('a browser that does not let the page copy shows the invitation to be copied by hand', async () => {
  await showOn({ open: false });
  vi.stubGlobal('navigator', { ...navigator, clipboard: undefined });
  await press('Copy an invitation');
  await inviting();
  expect((one('[data-invitation]') as HTMLInputElement).value).toMatch(/#token=header\.body\.seal$/);
  expect(one('[data-inviting] [role=status]').textContent).toContain('copy it by hand');
});

test('more than nine pictures come in pages, turned by button and by key, and the turn is spoken', async () => {
  for (let i = 0; i < 20; i++) room.come(`Guest ${i}`);
  flushSync();
  const names = () => [...document.querySelectorAll('[data-participant]')].map((tile) => tile.getAttribute('data-name'));
  expect([names().length, one('[data-pages]').dataset.pages]).toEqual([9, '3']);
  // Who looks into the mirror does not turn pages for it.
  expect([names()[7], names()[8]]).toEqual(['Guest 7', 'Jiu']);
  await press('Next page');
  expect(names()[0]).toBe('Guest 8');
  expect(polite()).toBe('Page 2 of 3');
  key('PageDown');
  expect(names()).toEqual(['Guest 17', 'Guest 18', 'Guest 19']);
  key('PageDown');
  expect(names()).toHaveLength(3);
  key('PageUp');
  expect(names()[0]).toBe('Guest 8');
  meeting.pin('p20');
  flushSync();
  expect(names()).toHaveLength(9);
  expect(names()).toContain('Guest 19');
});

test('the picture that stands above all windows goes on when its tile’s page is left, until it is put back', async () => {
  const shown = new Set<Element | undefined>();
  for (let i = 0; i < 12; i++) {
    const camera = room.come(`Guest ${i}`).tracks[1]!;
    vi.spyOn(camera, 'attach').mockImplementation(((video: Element) => shown.add(video)) as never);
    vi.spyOn(camera, 'detach').mockImplementation((video) => void shown.delete(video));
  }
  flushSync();
  const [above, below] = [...document.querySelectorAll('[data-participant] video')] as [Element, Element];
  Object.defineProperty(document, 'pictureInPictureElement', { value: above, configurable: true, writable: true });
  await press('Next page');
  expect([shown.has(above), shown.has(below)]).toEqual([true, false]);
  Object.assign(document, { pictureInPictureElement: null });
  above.dispatchEvent(new Event('leavepictureinpicture'));
  expect(shown.has(above)).toBe(false);
});

test('pages end where the people do', () => {
  const guests = Array.from({ length: 12 }, (_, i) => room.come(`Guest ${i}`));
  meeting.turn(1);
  room.everybody.splice(0, 8);
  room.changed();
  flushSync();
  expect(document.querySelectorAll('[data-participant]')).toHaveLength(guests.length - 8 + 1);
  expect(document.querySelector('[data-pages]')).toBeNull();
});

test('the bar is a toolbar of seven, and arrow keys move in it', () => {
  const tools = [...document.querySelectorAll<HTMLElement>('[role="toolbar"] [data-tool]')];
  expect(tools).toHaveLength(7);
  expect(tools.filter((tool) => tool.tabIndex === 0)).toHaveLength(1);
  tools[0]!.focus();
  tools[0]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true }));
  flushSync();
  expect(document.activeElement).toBe(tools[6]);
  tools[6]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  flushSync();
  expect(document.activeElement).toBe(tools[0]);
  expect(tools[0]!.tabIndex).toBe(0);
});

test('the microphone’s button says what pressing it does, and the change is spoken', async () => {
  await press('Turn microphone on');
  expect(room.media.microphone.on).toBe(true);
  named('Turn microphone off');
  expect(polite()).toBe('Microphone on');
});

test('space held talks while the microphone is off, and letting go is quiet again', async () => {
  key('Space');
  await settled();
  expect(room.media.microphone.on).toBe(true);
  expect(one('[data-banner="talking"]').textContent).toContain('You are talking');
  key('Space', 'keyup');
  await settled();
  expect(room.media.microphone.on).toBe(false);
});

test('space held over a button that was clicked talks, and letting go presses nothing', async () => {
  const button = one('[data-tool="mic"]');
  key('Tab');
  button.dispatchEvent(new Event('pointerdown', { bubbles: true }));
  button.focus();
  expect(keyOn(button, 'keydown').defaultPrevented).toBe(true);
  await settled();
  expect(room.media.microphone.on).toBe(true);
  expect(keyOn(button, 'keyup').defaultPrevented).toBe(true);
  await settled();
  expect(room.media.microphone.on).toBe(false);
});

test('space over a button that keys came to presses it', async () => {
  const button = one('[data-tool="mic"]');
  button.focus();
  key('Tab');
  expect(keyOn(button, 'keydown').defaultPrevented).toBe(false);
  expect(keyOn(button, 'keyup').defaultPrevented).toBe(false);
  await settled();
  expect(room.media.microphone.on).toBe(false);
});

test('space in a text is a space', () => {
  named('Chat').click();
  flushSync();
  expect(keyOn(one('[data-panel] textarea'), 'keydown').defaultPrevented).toBe(false);
});

function keyOn(target: HTMLElement, kind: 'keydown' | 'keyup'): KeyboardEvent {
  const event = new KeyboardEvent(kind, { code: 'Space', key: ' ', bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  flushSync();
  return event;
}

test('letters go by the place of the key, so that they work under a Korean keyboard', async () => {
  key('KeyM', 'keydown', { key: 'ㅡ' });
  await settled();
  expect(room.media.microphone.on).toBe(true);
});

test('letters typed into the chat stay letters', async () => {
  await press('Chat');
  const field = one('textarea');
  field.dispatchEvent(new KeyboardEvent('keydown', { code: 'KeyM', key: 'm', bubbles: true }));
  expect(room.media.microphone.on).toBe(false);
});

test('a host mutes me: it is said at once, with what to press', () => {
  const host = room.come('Noor');
  room.tell('muted', host, 'microphone');
  flushSync();
  expect(assertive()).toBe(
    'Noor turned your microphone off. Press the microphone button to speak again.',
  );
});

test('a knock is spoken at once, and one press admits', async () => {
  const knock = { identity: 'k1', name: 'Hayun' };
  room.knocks = [knock];
  room.tell('knocked', knock);
  room.changed();
  flushSync();
  expect(assertive()).toBe('Hayun knocks');
  await press('Admit Hayun');
  expect(room.asked).toEqual(['admit k1']);
});

test('what was told at once is taken away when it is over, or has been heard', async () => {
  const knock = { identity: 'k1', name: 'Hayun' };
  room.knocks = [knock];
  room.tell('knocked', knock);
  room.changed();
  flushSync();
  expect(assertive()).toBe('Hayun knocks');
  room.knocks = [];
  room.changed();
  flushSync();
  expect(assertive()).toBe('');

  vi.useFakeTimers();
  meeting.announcer.interrupt('Noor turned your microphone off.');
  meeting.announcer.tell('Noor left');
  vi.advanceTimersByTime(9000);
  flushSync();
  expect(assertive()).not.toBe('');
  vi.advanceTimersByTime(1001);
  flushSync();
  expect([assertive(), polite()]).toEqual(['', '']);
  vi.useRealTimers();
});

test('my shared screen says that it is seen, and its button, by its words, ends that screen', async () => {
  await meeting.toggleShare();
  await settled();
  expect(one('[data-source="screen"]').textContent).toContain('The others see it now.');
  expect(one('[data-stop-share]').textContent?.trim()).toBe('Stop sharing');
  one('[data-stop-share]').click();
  await settled();
  expect(room.shares).toEqual([]);
  expect(polite()).toBe('Your screen is not shared any more');
});

test('several knocks are admitted by one press', async () => {
  room.knocks = [
    { identity: 'k1', name: 'Hayun' },
    { identity: 'k2', name: 'Luis' },
  ];
  room.changed();
  flushSync();
  await press('Admit all');
  expect(room.asked).toEqual(['admit']);
});

test('messages unread are counted until the chat is opened', async () => {
  room.come('Noor');
  room.hear('Noor', 'Hello');
  room.hear('Noor', 'Are you there?');
  flushSync();
  expect(polite()).toBe('Noor writes: Are you there?');
  await press('Chat: 2 new messages');
  named('Chat');
  expect([...document.querySelectorAll('[data-message]')]).toHaveLength(2);
});

test('a message that was not delivered says so and is sent again by a press', async () => {
  room.chat.push({ ...room.mine('Stuck'), state: 'notDelivered' });
  room.changed();
  meeting.open('chat');
  flushSync();
  expect(one('[data-state="notDelivered"]').textContent).toContain('Not delivered');
  await press('Send again');
  expect(document.querySelector('[data-state="notDelivered"]')).toBeNull();
});

test('a private message goes to the one chosen', async () => {
  room.come('Noor');
  meeting.writeTo('p1');
  flushSync();
  const field = one('textarea') as HTMLTextAreaElement;
  field.value = 'Only you';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  await press('Send');
  expect(room.chat.at(-1)).toMatchObject({ text: 'Only you', to: 'p1' });
  expect(one('[data-private="true"]').textContent).toContain('privately to Noor');
});

test('Enter that ends a Korean syllable does not send', async () => {
  meeting.open('chat');
  flushSync();
  const field = one('textarea') as HTMLTextAreaElement;
  field.value = '안녕';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
  expect(room.chat).toHaveLength(0);
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  flushSync();
  expect(room.chat).toHaveLength(1);
});

test('a hand raised and lowered before the room has answered is down', async () => {
  const answers: (() => void)[] = [];
  room.raiseHand = async (raised) => {
    await new Promise<void>((answer) => answers.push(answer));
    room.self.hand = raised ? 1 : undefined;
    room.changed();
  };
  const pressed = [meeting.toggleHand(), meeting.toggleHand()];
  answers.forEach((answer) => answer());
  await Promise.all(pressed);
  expect(room.self.hand).toBeUndefined();
  const again = meeting.toggleHand();
  answers[2]!();
  await again;
  expect(room.self.hand).toBe(1);
});

test('raised hands stand in order, and each is spoken', () => {
  const [a, b] = [room.come('Noor'), room.come('Luis')];
  b.hand = 1;
  room.changed();
  a.hand = 2;
  room.changed();
  meeting.open('people');
  flushSync();
  expect(polite()).toBe('Noor raised a hand, number 2');
  const order = [...document.querySelectorAll('[data-hand-of]')].map((row) => row.getAttribute('data-hand-of'));
  expect(order).toEqual(['p2', 'p1']);
});

test('names and files from right to left leave our own words in their order', () => {
  room.come('נועה');
  room.hear('נועה', '', 0, false, { id: 'f', name: 'חשבון.pdf', size: 1, type: '', sha256: '' });
  meeting.open('chat');
  flushSync();
  expect(one('[data-file] bdi').textContent).toBe('חשבון.pdf');
  expect(one('[data-file] button').getAttribute('aria-label')).toBe('Get the file \u2068חשבון.pdf\u2069');
  expect(one('[data-message] bdi').textContent).toBe('נועה');
  meeting.open('people');
  flushSync();
  expect(one('[data-person="p1"] bdi').textContent).toBe('נועה');
  expect(one('[data-participant="p1"] bdi').textContent).toBe('נועה');
});

test('removing somebody is asked first, and going back removes nobody', async () => {
  room.come('Noor');
  meeting.open('people');
  flushSync();
  const menu = one('[data-person="p1"] [popover]');
  menu.dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' }));
  flushSync();
  await press('Remove from the room');
  expect(document.body.textContent).toContain('cannot come in again with the same link');
  await press('Go back');
  expect(room.asked).toEqual([]);
});

test('a guest has no host’s menu', () => {
  room.self.role = 'guest';
  room.come('Noor');
  meeting.open('people');
  room.changed();
  flushSync();
  one('[data-person="p1"] [popover]').dispatchEvent(Object.assign(new Event('toggle'), { newState: 'open' }));
  flushSync();
  expect(document.body.textContent).toContain('Write privately');
  expect(document.body.textContent).not.toContain('Remove from the room');
});

test('a cut connection is said at once and its end politely', () => {
  room.become('reconnecting');
  flushSync();
  expect(one('[data-room-state]').dataset.roomState).toBe('reconnecting');
  expect(assertive()).toContain('The connection to the server is lost');
  room.become('connected');
  flushSync();
  expect(polite()).toBe('You are back.');
  expect(assertive()).toBe('');
});

test('it is said whether somebody went or did not come back', () => {
  const [a, b] = [room.come('Noor'), room.come('Luis')];
  room.tell('left', a, 'left');
  flushSync();
  expect(polite()).toBe('Noor left');
  room.tell('left', b, 'lost');
  flushSync();
  expect(polite()).toBe('Luis did not come back');
});

test('a notice goes when what it told is not so any more', async () => {
  const noor = room.come('Noor');
  const notices = () => [...document.querySelectorAll('[data-notice] p')].map((text) => text.textContent);
  room.tell('left', noor, 'left');
  noor.hand = 1;
  room.tell('muted', undefined, 'microphone');
  room.changed();
  flushSync();
  expect(notices()).toHaveLength(3);
  room.tell('joined', noor);
  noor.hand = undefined;
  room.changed();
  await meeting.toggleMicrophone();
  flushSync();
  expect(notices()).toEqual([]);
  expect(assertive()).toBe('');

  await meeting.host(Promise.resolve(), 'said.locked', 'lock');
  await meeting.host(Promise.resolve(), 'said.unlocked', 'lock');
  flushSync();
  expect(notices()).toEqual(['The room is open again.']);
});

test('somebody away keeps the tile, marked', () => {
  const other = room.come('Noor');
  other.presence = 'reconnecting';
  room.changed();
  flushSync();
  expect(one('[data-participant="p1"]').dataset.presence).toBe('reconnecting');
  expect(one('[data-participant="p1"]').textContent).toContain('Reconnecting');
});

test('a bad path names its reason on the tile', () => {
  const other = room.come('Noor');
  other.connection = { state: 'connected', path: 'direct', transport: 'udp', quality: 'poor', reason: 'loss' };
  room.changed();
  flushSync();
  expect(one('[data-participant="p1"]').textContent).toContain('poor: packets get lost on the way');
});

test('a reaction flies and is spoken', () => {
  const other = room.come('Noor');
  room.tell('reacted', other, '👏');
  flushSync();
  expect(one('[data-participant="p1"] [data-reaction="👏"]').textContent).toContain('Noor');
  expect(polite()).toBe('Noor: Applause');
});

test('sound that the browser holds back is asked for by one press', async () => {
  room.audioBlocked = true;
  room.changed();
  flushSync();
  one('.hear').click();
  await settled();
  expect(document.querySelector('.hear')).toBeNull();
});

test('the sheet lists every key that works', async () => {
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '?', code: 'Slash', bubbles: true }));
  flushSync();
  const keys = [...document.querySelectorAll('[data-shortcuts] kbd')].map((sign) => sign.textContent);
  expect(keys).toEqual(['M', 'V', 'S', 'H', 'P', 'C', 'Q', 'L', 'F', 'Space', 'PgUp PgDn', '← →', 'Esc', '?']);
});

test('everything is Korean after the switch, without loading the page again', async () => {
  room.come('민준');
  await speak('ko');
  flushSync();
  named('마이크 켜기');
  expect(document.documentElement.lang).toBe('ko');
  expect(one('[data-participant="p1"]').getAttribute('aria-label')).toContain('민준');
});

test('the panel of quality tells the sizes of a camera apart, which of them nobody looks at, and what holds them back', async () => {
  room.come('Noor');
  room.come('Luis');
  const [first, ...rest] = await room.stats();
  const size = (layer: string, more: object = {}) => ({ ...first!.outgoing[1]!, layer, ...more });
  const outgoing = [first!.outgoing[0]!, size('f', { resting: true }), size('h', { width: 640, height: 360, limitedBy: 'bandwidth' }), size('q', { width: 320, height: 180 })];
  room.stats = async () => [...rest, { ...first!, identity: 'me', path: 'server', transport: 'udp', incoming: [], outgoing }];
  meeting.open('quality');
  await vi.waitFor(() => {
    flushSync();
    one('[data-quality-of=me] table');
  });
  const panel = one('[data-quality-of=me]');
  expect([...panel.querySelectorAll('tbody tr')].map((row) => `${row.firstElementChild!.textContent}: ${row.lastElementChild!.textContent}`)).toEqual([
    expect.stringMatching(/^Voice: /),
    expect.stringMatching(/^Camera, small: 320×180/),
    expect.stringMatching(/^Camera, middle: 640×360/),
    'Camera, large: nobody looks at this size',
  ]);
  expect(panel.textContent).toContain('The line out is too narrow for a bigger picture.');
  expect(panel.textContent).toContain('in three sizes');
});

test('the chat of an encrypted room says that it is not, whether it is kept or not', () => {
  const says = () => document.querySelector('[data-chat-is]')?.textContent?.trim() ?? '';
  meeting.open('chat');
  flushSync();
  expect(says()).toBe('');
  meeting.open(undefined);
  flushSync();
  Object.assign(room, { sealed: true });
  meeting.open('chat');
  flushSync();
  expect(says()).toBe('Sound and pictures are encrypted end to end here; the chat and its files are not.');
  room.info = { ...room.info!, chatKept: true };
  room.changed();
  flushSync();
  expect(says()).toMatch(/^This chat is kept: .*\s+Sound and pictures are encrypted/);
});
