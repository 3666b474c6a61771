import type {
  Departure,
  FileOffer,
  FileTransfer,
  Invitation,
  Knock,
  Message,
  Participant,
  Problem,
  Room,
  RoomInfo,
  Source,
  State,
  Track,
} from '@madang/client';
import type { About } from '../parts/about.ts';
import { copy } from '../parts/clipboard.ts';
import { keep, rememberRoom } from '../parts/kept.ts';
import { moment } from '../words/numbers.ts';
import { say, spoken, type Key } from '../words/words.svelte.ts';
import { Announcer } from './announcer.svelte.ts';
import { Deck } from './deck.svelte.ts';
import { invitation } from './invitation.ts';
import { large, paged, picture, tiles, type Layout, type Person, type Tile } from './people.ts';
import { told } from './problems.ts';
import { cameIn, handUp, knock, wentOut } from './sound.ts';

/** A sheet over the room; `drop` and `clear` delete the chat. */
export type Asked = 'keys' | 'devices' | 'end' | 'drop' | 'clear';
export type Panel = 'people' | 'chat' | 'quality';
/** `about` names what it tells of, so that it can be taken back when that is over. */
export type Notice = { id: number; text: string; grave: boolean; about: string | undefined };
/** A link that lets somebody in; `until` says for how long, where rooms open by invitation. */
export type Link = { link: string; until?: number };
export type Flight = { id: number; identity: string; emoji: string; name: string; lane: number };

/** A room as the page draws it, and what the page alone knows: what is open, pinned, unread. */
export class Meeting {
  state = $state.raw<State>({ name: 'connecting' });
  info = $state.raw<RoomInfo | undefined>(undefined);
  me = $state.raw<Person | undefined>(undefined);
  others = $state.raw<readonly Person[]>([]);
  tiles = $state.raw<readonly Tile[]>([]);
  chat = $state.raw<readonly Message[]>([]);
  knocks = $state.raw<readonly Knock[]>([]);
  hands = $state.raw<readonly Person[]>([]);
  speaker = $state<string | undefined>(undefined);
  audioBlocked = $state(false);
  sharing = $state(false);

  panel = $state<Panel | undefined>(undefined);
  layout = $state<Layout>('grid');
  pinned = $state<string | undefined>(undefined);
  page = $state(0);
  unread = $state(0);
  talking = $state(false);
  notices = $state.raw<readonly Notice[]>([]);
  flights = $state.raw<readonly Flight[]>([]);
  writingTo = $state<string>('');
  transfers = $state.raw<ReadonlyMap<string, FileTransfer>>(new Map());
  preparing = $state<string | undefined>(undefined);

  /** The sheet of invitations is open, with a link that could not be copied. */
  inviting = $state.raw<{ made?: Link } | undefined>(undefined);

  /** Where rooms open by invitation the bare link lets nobody in. */
  readonly closed: boolean;
  readonly deck: Deck;
  readonly announcer = new Announcer();
  readonly isHost = $derived(this.me?.role === 'host');
  readonly chatKept = $derived(this.info?.chatKept === true);
  readonly large = $derived(large(this.tiles, this.layout, this.pinned, this.speaker));
  readonly paged = $derived(paged(this.tiles, this.large, this.page));
  readonly #faces = $derived(
    new Set(this.paged.shown.filter((tile) => tile.screen === undefined).map((tile) => tile.key)),
  );
  /** Reactions of people whose pictures are on another page. */
  readonly flightsBeside = $derived(
    this.flights.filter((flight) => !this.#faces.has(flight.identity)),
  );
  readonly people = $derived(this.me === undefined ? this.others : [...this.others, this.me]);

  #count = 0;
  #reconnected = false;
  #drawn = false;
  #handUp = false;
  #handsAsked = 0;
  #seen = new Set<string>();
  #stop: (() => void)[] = [];

  constructor(
    readonly room: Room,
    private readonly server: About = {},
  ) {
    this.closed = server.open === false;
    this.deck = new Deck(room.media);
    this.#stop = [
      room.on('change', () => this.#draw()),
      room.on('state', (state) => this.#stateChanged(state)),
      room.on('joined', (participant) => this.#came(participant)),
      room.on('left', (participant, reason) => this.#went(participant, reason)),
      room.on('track', (track, participant) => this.#shared(track, participant)),
      room.on('said', (message) => this.#said(message)),
      room.on('cleared', () => this.notice(say('said.chatCleared'), { about: 'chat' })),
      room.on('reacted', (participant, emoji) => this.#flies(participant, emoji)),
      room.on('knocked', (knock) => this.#knocked(knock)),
      room.on('muted', (by, source) => this.#muted(by, source)),
      room.on('problem', (problem) => this.#problem(problem)),
    ];
    this.#draw();
    if (room.state.name === 'connected') {
      rememberRoom(room.name, Date.now());
    }
  }

  close(): void {
    this.#stop.forEach((stop) => stop());
    this.announcer.close();
    this.deck.close();
  }

  // ---- what the person presses

  async toggleMicrophone(): Promise<void> {
    if (this.#watches()) {
      return;
    }
    this.over('microphone');
    const on = await this.#tried(this.room.setMicrophone(!this.deck.microphone.on));
    this.announcer.tell(say(on ? 'said.micOn' : 'said.micOff'));
    this.#keepWishes();
  }

  async toggleCamera(): Promise<void> {
    if (this.#watches()) {
      return;
    }
    this.over('camera');
    const on = await this.#tried(this.room.setCamera(!this.deck.camera.on));
    this.announcer.tell(say(on ? 'said.cameraOn' : 'said.cameraOff'));
    this.#keepWishes();
  }

  /** Says so to whoever only watches. */
  #watches(): boolean {
    const only = this.me?.canPublish === false;
    if (only) {
      this.notice(say('said.watching'));
    }
    return only;
  }

  /** So that the page, loaded again, begins as it was left. */
  #keepWishes(): void {
    keep('wishes', { microphone: this.deck.microphone.on, camera: this.deck.camera.on });
  }

  /** Hold to talk: only while the microphone is off; letting go puts it off again. */
  async talk(on: boolean): Promise<void> {
    if (on === this.talking || (on && (this.deck.microphone.on || this.#watches()))) {
      return;
    }
    this.talking = on;
    this.over('microphone');
    await this.#tried(this.room.setMicrophone(on));
  }

  async toggleShare(): Promise<void> {
    if (this.room.shares.length > 0) {
      this.room.shares.forEach((share) => this.room.stopShare(share.id));
      this.announcer.tell(say('said.notSharing'));
      return;
    }
    const share = await this.#tried(this.room.shareScreen({ audio: true }));
    if (share) {
      this.announcer.tell(say('said.sharing'));
    }
  }

  /** One of several screens, from its own picture. */
  stopShare(id: string | undefined): void {
    if (id === undefined) {
      return;
    }
    this.room.stopShare(id);
    this.announcer.tell(say('said.notSharing'));
  }

  /** Pressed twice at once it is up and down again, though the room has not answered in between. */
  async toggleHand(): Promise<void> {
    this.#handUp = !this.#handUp;
    this.#handsAsked++;
    await this.#tried(this.room.raiseHand(this.#handUp));
    this.#handsAsked--;
    this.#draw();
  }

  react(emoji: string): void {
    this.room.react(emoji);
  }

  flightsOver(tile: Tile): readonly Flight[] {
    return tile.screen === undefined
      ? this.flights.filter((flight) => flight.identity === tile.person.identity)
      : [];
  }

  open(panel: Panel | undefined): void {
    this.panel = this.panel === panel ? undefined : panel;
    if (this.panel === 'chat') {
      this.unread = 0;
    }
  }

  pin(key: string): void {
    this.pinned = this.pinned === key ? undefined : key;
  }

  /** To the next page of pictures or the one before. */
  turn(by: number): void {
    const { page, pages } = this.paged;
    const next = Math.max(0, Math.min(pages - 1, page + by));
    if (next !== page) {
      this.page = next;
      this.announcer.tell(say('pages.at', { n: next + 1, of: pages }));
    }
  }

  switchLayout(): void {
    this.layout = this.layout === 'grid' ? 'speaker' : 'grid';
    this.pinned = undefined;
  }

  writeTo(identity: string): void {
    this.writingTo = identity;
    this.panel = 'chat';
    this.unread = 0;
  }

  async offer(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      this.preparing = file.name;
      try {
        await this.room.offerFile(file, this.writingTo ? { to: this.writingTo } : {});
      } catch (problem) {
        this.notice(problemText(problem) || say('file.notOffered', { file: file.name }), { grave: true });
      }
      this.preparing = undefined;
    }
  }

  fetch(offer: FileOffer): void {
    const transfer = this.room.fetchFile(offer);
    const draw = () => {
      this.transfers = new Map(this.transfers).set(offer.id, pictureOfTransfer(transfer));
    };
    transfer.on('change', draw);
    draw();
    transfer.blob.then((blob) => save(blob, offer.name)).catch(() => draw());
  }

  /** Does what a host asked for; what did not work is said in a notice. */
  async host(asked: Promise<void>, done?: Key, about?: string): Promise<void> {
    const before = this.notices;
    await this.#tried(asked);
    if (done !== undefined && this.notices === before) {
      this.notice(say(done), { about });
    }
  }

  async rename(name: string): Promise<void> {
    await this.#tried(this.room.rename(name));
    this.announcer.tell(say('people.renamed', { name }));
  }

  // ---- invitations

  /** Makes a link with a token of its own; hosts alone may. */
  async invite(wish: Invitation): Promise<Link> {
    const { token, until } = await this.room.host.invite(wish);
    return { link: invitation(this.server.address, token), until };
  }

  /** Copies a link that lets somebody in, or says what the link that there is does not do. */
  async copyLink(): Promise<boolean> {
    const made: Promise<Link> =
      this.closed && this.isHost
        ? this.invite({})
        : Promise.resolve({ link: invitation(this.server.address) });
    try {
      await copy(made.then(({ link }) => link));
      this.notice(this.#copiedWords(await made));
      return true;
    } catch {
      const link = await this.#tried(made);
      if (link?.until !== undefined) {
        this.inviting = { made: link };
      } else if (link !== undefined) {
        this.notice(`${say('common.notCopied')} ${link.link}`, { grave: true });
      }
      return false;
    }
  }

  #copiedWords({ until }: Link): string {
    if (until !== undefined) {
      return say('invite.copied', { until: moment(until, spoken()) });
    } else if (!this.closed) {
      return say('top.copied');
    }
    const hosts = this.others.filter((person) => person.role === 'host').map(({ name }) => name);
    return hosts.length > 0
      ? say('top.copiedBare', { hosts: hosts.join(', ') })
      : say('top.copiedBareAlone');
  }

  // ---- notices

  /** A newer notice about the same takes the place of the older one. */
  notice(text: string, { grave = false, about }: { grave?: boolean; about?: string } = {}): void {
    if (this.notices.some((notice) => notice.text === text)) {
      return;
    }
    this.over(about);
    const id = ++this.#count;
    this.notices = [...this.notices, { id, text, grave, about }].slice(-3);
    if (grave) {
      this.announcer.interrupt(text);
    } else {
      this.announcer.tell(text);
    }
    setTimeout(() => this.dismiss(id), grave ? 20_000 : 7000);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** What notices told of is not so any more. */
  over(about: string | undefined): void {
    if (about === undefined) {
      return;
    }
    for (const notice of this.notices.filter((one) => one.about === about)) {
      this.dismiss(notice.id);
      this.announcer.over(notice.text);
    }
  }

  // ---- what the room tells

  #draw(): void {
    const { room } = this;
    this.state = room.state;
    if (this.info && room.info?.chatKept && !this.chatKept) {
      this.notice(say('chat.kept'), { about: 'chat' });
    }
    this.info = room.info;
    const wasHost = this.me?.role;
    this.me = room.me === undefined ? undefined : picture(room.me);
    this.others = room.participants.map(picture);
    this.tiles = tiles(room, this.people);
    this.chat = room.chat.map((message) => ({ ...pictureOfMessage(message) }));
    this.#knocking([...room.knocks]);
    if (this.#handsAsked === 0) {
      this.#handUp = this.me?.hand !== undefined;
    }
    this.#raised(room.hands.map(picture));
    this.speaker = room.activeSpeaker?.identity;
    this.audioBlocked = room.audioBlocked;
    this.sharing = room.shares.length > 0;
    this.deck.draw();
    if (wasHost === 'guest' && this.me?.role === 'host') {
      this.notice(say('people.nowHost'), { about: 'role' });
    }
    this.#drawn = true;
  }

  #raised(hands: readonly Person[]): void {
    const before = new Set(this.hands.map((person) => person.identity));
    this.hands = hands;
    for (const lowered of before) {
      if (!hands.some((person) => person.identity === lowered)) {
        this.over(`hand ${lowered}`);
      }
    }
    if (!this.#drawn) {
      return;
    }
    for (const person of hands) {
      if (before.has(person.identity)) {
        continue;
      }
      if (person.isMe) {
        this.announcer.tell(say('hand.place', { n: person.hand ?? hands.length }));
      } else {
        handUp();
        this.notice(say('hand.raisedBy', { name: person.name, n: person.hand ?? hands.length }), {
          about: `hand ${person.identity}`,
        });
      }
    }
  }

  #stateChanged(state: State): void {
    const was = this.state.name;
    this.state = state;
    if (state.name === 'reconnecting') {
      this.#reconnected = true;
      this.over('way');
      this.announcer.interrupt(say('said.reconnecting'));
    } else if (state.name === 'connected') {
      rememberRoom(this.room.name, Date.now());
      if (was === 'waiting') {
        this.notice(say('wait.in'));
      }
      if (this.#reconnected) {
        this.#reconnected = false;
        this.announcer.over(say('said.reconnecting'));
        this.notice(say('said.back'), { about: 'way' });
      }
    }
    this.#draw();
  }

  #came(participant: Participant): void {
    cameIn();
    this.over(`place of ${participant.name}`);
    this.announcer.tell(say('people.joined', { name: participant.name }));
  }

  #went(participant: Participant, reason: Departure): void {
    wentOut();
    const key: Key =
      reason === 'removed' ? 'people.removed' : reason === 'lost' ? 'people.gone' : 'people.left';
    this.notice(say(key, { name: participant.name }), { about: `place of ${participant.name}` });
  }

  #shared(track: Track, participant: Participant): void {
    if (track.source !== 'screen' || participant.isMe || this.#seen.has(track.id) || track.ended) {
      return;
    }
    this.#seen.add(track.id);
    this.announcer.tell(say('said.otherShares', { name: participant.name }));
  }

  #said(message: Message): void {
    if (message.mine) {
      return;
    }
    if (this.panel !== 'chat') {
      this.unread++;
    }
    const { name, text, file } = message;
    if (file !== undefined) {
      this.announcer.tell(say('chat.fileFrom', { name, file: file.name }));
    } else if (message.to !== undefined) {
      this.announcer.tell(say('chat.fromPrivate', { name, text }));
    } else {
      this.announcer.tell(say('chat.from', { name, text }));
    }
  }

  #flies(participant: Participant, emoji: string): void {
    const id = ++this.#count;
    const { name } = participant;
    this.flights = [...this.flights, { id, identity: participant.identity, emoji, name, lane: id % 5 }].slice(-20);
    const reaction = reactions.find((reaction) => reaction.emoji === emoji);
    if (!participant.isMe) {
      this.announcer.tell(
        say('react.from', { name, reaction: reaction ? say(reaction.key) : emoji }),
      );
    }
    setTimeout(() => {
      this.flights = this.flights.filter((flight) => flight.id !== id);
    }, 3200);
  }

  #knocked(who: Knock): void {
    knock();
    this.announcer.interrupt(say('knock.one', { name: who.name }));
  }

  /** Who was admitted, declined or went away knocks no more. */
  #knocking(knocks: readonly Knock[]): void {
    for (const { identity, name } of this.knocks) {
      if (!knocks.some((one) => one.identity === identity)) {
        this.announcer.over(say('knock.one', { name }));
      }
    }
    this.knocks = knocks;
  }

  #muted(by: Participant | undefined, source: Source): void {
    const name = by?.name;
    const text =
      source === 'camera'
        ? say(name === undefined ? 'said.cameraStopped' : 'said.cameraStoppedBy', { name: name ?? '' })
        : source === 'microphone'
          ? say(name === undefined ? 'said.mutedByHost' : 'said.mutedBy', { name: name ?? '' })
          : say('said.shareStopped');
    this.notice(text, { grave: true, about: source });
  }

  #problem(problem: Problem): void {
    this.notice(told(problem), { grave: true });
  }

  async #tried<T>(doing: Promise<T>): Promise<T | undefined> {
    try {
      return await doing;
    } catch (problem) {
      this.notice(problemText(problem) || say('said.failed'), { grave: true });
      return undefined;
    }
  }
}

export const reactions = [
  { emoji: '👏', key: 'react.clap' },
  { emoji: '👍', key: 'react.yes' },
  { emoji: '❤️', key: 'react.heart' },
  { emoji: '😂', key: 'react.laugh' },
  { emoji: '😮', key: 'react.wow' },
  { emoji: '🎉', key: 'react.party' },
] as const satisfies readonly { emoji: string; key: Key }[];

function problemText(problem: unknown): string {
  return problem instanceof Error && 'help' in problem
    ? told(problem as Error & Problem)
    : problem instanceof Error
      ? problem.message
      : '';
}

function pictureOfMessage(message: Message): Message {
  const { id, from, name, text, at, to, file, mine, state, problem } = message;
  return { id, from, name, text, at, to, file, mine, state, problem };
}

/** A transfer is an object that lives; a new wrapper makes the page look at it again. */
function pictureOfTransfer(transfer: FileTransfer): FileTransfer {
  return {
    offer: transfer.offer,
    state: transfer.state,
    receivedBytes: transfer.receivedBytes,
    problem: transfer.problem,
    blob: transfer.blob,
    on: (event, listener) => transfer.on(event, listener),
    cancel: () => transfer.cancel(),
  };
}

export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
