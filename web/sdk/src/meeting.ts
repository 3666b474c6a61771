import { Chat, type Line } from './chat';
import { Emitter } from './emitter';
import { Fetch, Shelf } from './files';
import { Gaze } from './gaze';
import { LocalMedia } from './media';
import { Outbox } from './outbox';
import type { Outgoing } from './peer';
import { Person } from './person';
import { MadangError, problems, type Say } from './problem';
import { Relays } from './relays';
import { Route } from './route';
import { randomWord, secrets, type Secrets } from './secrets';
import { Sealing } from './sealing';
import { sha256 } from './sha256';
import { LocalShares } from './shares';
import type { ClientMessages, Joined, ParticipantInfo, ServerMessages, TrackInfo } from './signal';
import type { OpenSignaling, Said, Signaling } from './signaling';
import { next, type Happening } from './state';
import type {
  FileOffer,
  FileTransfer,
  Host,
  Invited,
  JoinOptions,
  Knock,
  Message,
  Problem,
  Room,
  RoomEvents,
  RoomInfo,
  Share,
  Source,
  State,
  Stats,
  Track,
} from './types';
import { Watch } from './watch';

/** One participation in one room, from `join` to `leave`; see `Room`. */
export class Meeting implements Room {
  state: State = { name: 'connecting' };
  me: Person | undefined;
  info: RoomInfo | undefined;
  knocks: readonly Knock[] = [];
  readonly media: LocalMedia;

  private readonly events = new Emitter<RoomEvents>();
  private readonly say_: Say;
  private readonly secrets: Secrets;
  private readonly people = new Map<string, Person>();
  private readonly log = new Chat();
  private readonly outbox: Outbox;
  private readonly route: Route;
  private readonly gaze = new Gaze(() => this.look());
  private readonly watch: Watch;
  private readonly relays: Relays;
  private readonly shelf = new Shelf();
  private readonly fetches = new Map<string, Fetch>();
  private readonly own: LocalShares;
  private readonly sealing: Sealing | undefined;
  private readonly signaling: Signaling;
  private wantedName: string | undefined;
  private raised = false;
  private published = '';
  private looked = '';
  private publishing = false;
  private up = false;
  private attempts = 0;
  private giveUp?: ReturnType<typeof setTimeout>;
  private entered!: (room: Room) => void;
  private turnedAway!: (error: MadangError) => void;
  private readonly offs: (() => void)[] = [];

  /** Resolves when admitted or waiting. */
  readonly entering: Promise<Room>;

  constructor(
    readonly name: string,
    private readonly options: JoinOptions,
    open: OpenSignaling,
  ) {
    this.say_ = problems(options.language);
    this.secrets = secrets(options.storage);
    this.wantedName = options.name;
    this.entering = new Promise((resolve, reject) => {
      this.entered = resolve;
      this.turnedAway = reject;
    });
    this.media = (options.media as LocalMedia | undefined) ?? new LocalMedia(options);
    this.own = new LocalShares(this.media.speaker);
    if (options.key) this.sealing = new Sealing(options.key, name, options.sealer ?? beside(), () => this.changed());
    this.outbox = new Outbox(
      {
        deliver: (say) => this.deliver(say),
        sent: (say, at) => this.settled(say.id, { state: 'sent', at }),
        notDelivered: (say, problem) => this.settled(say.id, { state: 'notDelivered', problem }),
      },
      this.say_('no-answer'),
    );
    this.route = new Route(this.outgoing(), options.iceTransportPolicy ?? 'all', {
      ask: (name, message) => this.ask(name, message),
      me: () => this.me,
      others: () => this.people.values(),
      carried: (person) => this.match(person),
      linkChanged: () => this.pathChanged(),
      missed: () => this.problem(this.say_('messages-missed')),
      send: (to, message) => this.negotiate(to, message),
      pathChanged: () => this.pathChanged(),
      arrived: (person, track, streamId, first) => {
        person.arrive(track, streamId, first);
        this.match(person);
      },
      data: (from, data, reliable) => this.events.emit('message', data, from, reliable),
      fileAsked: (from, channel) => this.shelf.serve(channel, from.identity),
      noPath: (person, first) => {
        // A server that forwards is a way round.
        this.ask('detour', { identity: person.identity }).catch(() => {
          if (first) this.problem(this.say_('no-path', person.name));
        });
      },
      freshServers: async () => (await this.relays.fresh()) as never,
    });
    this.relays = new Relays(async () => {
      const answer = await this.ask('relay', {});
      if (answer.type !== 'relays') return undefined;
      this.route.useServers(answer.iceServers);
      return answer.iceServers;
    });
    this.watch = new Watch(this.media, {
      me: () => this.me,
      others: () => this.people.values(),
      state: () => this.state,
      byServer: () => this.route.topology === 'server' && this.route.down?.state === 'connected',
      up: () => this.route.up,
      changed: () => this.changed(),
    });
    this.follow();
    this.expect(FIRST_WITHIN);
    this.signaling = open({
      up: () => void this.enter(),
      down: (problem) => this.cut(problem),
      refused: (problem) => this.over(problem),
      heard: (name, message) => this.heard(name, message),
    });
  }

  // ---- what a page reads ---------------------------------------------------------------------

  get participants(): readonly Person[] {
    return [...this.people.values()].sort((a, b) => a.order - b.order);
  }

  get chat(): readonly Message[] {
    return this.log.lines;
  }

  get hands(): readonly Person[] {
    return [...this.people.values(), ...(this.me ? [this.me] : [])]
      .filter((person) => person.hand !== undefined)
      .sort((a, b) => a.hand! - b.hand!);
  }

  get activeSpeaker(): Person | undefined {
    return this.watch.activeSpeaker;
  }

  get shares(): readonly Share[] {
    return this.own.list;
  }

  get sealed(): boolean {
    return !!this.sealing;
  }

  get audioBlocked(): boolean {
    return this.media.speaker.blocked;
  }

  on<E extends keyof RoomEvents>(event: E, listener: (...args: RoomEvents[E]) => void): () => void {
    return this.events.on(event, listener);
  }

  participant(identity: string): Person | undefined {
    return this.me?.identity === identity ? this.me : this.people.get(identity);
  }

  // ---- what a page does ----------------------------------------------------------------------

  say(text: string, { to }: { to?: string } = {}): Message {
    return this.utter(text, to, undefined);
  }

  sayAgain(id: string): Message | undefined {
    const line = this.log.mine(id);
    if (line?.state !== 'notDelivered') return undefined;
    Object.assign(line, { state: 'sending', problem: undefined });
    this.outbox.add({ id, text: line.text, to: line.to, file: line.file });
    this.changed();
    return line;
  }

  react(emoji: string): void {
    this.ask('react', { emoji }).catch((error: MadangError) => this.problem(error));
  }

  async raiseHand(raised: boolean): Promise<void> {
    await this.ask('raiseHand', { raised });
    this.raised = raised;
  }

  async rename(name: string): Promise<void> {
    this.wantedName = name;
    await this.ask('rename', { name });
  }

  setMicrophone(on: boolean): Promise<boolean> {
    return this.media.setMicrophone(on);
  }

  setCamera(on: boolean): Promise<boolean> {
    return this.media.setCamera(on);
  }

  useMicrophone(deviceId: string): Promise<boolean> {
    return this.media.useMicrophone(deviceId);
  }

  useCamera(deviceId: string): Promise<boolean> {
    return this.media.useCamera(deviceId);
  }

  useSpeaker(deviceId: string): Promise<boolean> {
    return this.media.useSpeaker(deviceId);
  }

  async shareScreen({ audio = true }: { audio?: boolean } = {}): Promise<Share | undefined> {
    if (this.me && !this.me.can.publish) throw MadangError.of(this.say_('not-allowed'));
    const stream = await this.media.captureScreen(audio);
    if (!stream || this.state.name === 'lost') {
      for (const track of stream?.getTracks() ?? []) track.stop();
      return undefined;
    }
    const share = this.own.add(stream, () => this.stopShare(share.id));
    this.route.addShare(share);
    this.ownTracksChanged();
    return share;
  }

  stopShare(id: string): void {
    if (!this.own.remove(id)) return;
    this.route.removeShare(id);
    this.ownTracksChanged();
  }

  pin(track?: Track): void {
    this.gaze.pin(track);
  }

  resumeAudio(): Promise<boolean> {
    return this.media.speaker.resume();
  }

  send(
    data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>,
    { reliable = true, to }: { reliable?: boolean; to?: string } = {},
  ): number {
    const size = typeof data === 'string' ? new TextEncoder().encode(data).length : data.byteLength;
    if (size > MOST_DATA) throw MadangError.of(this.say_('too-large'));
    return this.route.send(data, reliable, to);
  }

  async offerFile(file: File, { to }: { to?: string } = {}): Promise<Message> {
    let hash: string;
    try {
      hash = await sha256(file);
    } catch {
      throw MadangError.of(this.say_('file-unreadable'));
    }
    const offer = {
      id: randomWord(),
      name: (file.name || 'file').slice(-255),
      size: file.size,
      type: file.type.slice(0, 128),
      sha256: hash,
    };
    this.shelf.put(offer.id, file, to);
    return this.utter('', to, offer);
  }

  fetchFile(offer: FileOffer): FileTransfer {
    const running = this.fetches.get(offer.id);
    if (running && running.state !== 'failed' && running.state !== 'cancelled') return running;
    const owner = () => this.people.get(this.log.whoOffers(offer.id) ?? '');
    const fetch = new Fetch(offer, this.say_, {
      own: () => this.shelf.take(offer.id),
      hopeless: () => {
        if (this.state.name === 'lost' || !owner()) return 'file-gone';
        // For who may not write the server passes on no question.
        return this.info?.topology === 'server' && !owner()?.peer && !this.me?.can.send ? 'not-allowed' : undefined;
      },
      open: () => {
        const person = owner();
        return person && this.route.fileChannel(person);
      },
    });
    this.fetches.set(offer.id, fetch);
    // Through the server few come at a time.
    fetch.on('change', () => {
      if (fetch.state !== 'waiting') for (const other of this.fetches.values()) other.look();
    });
    return fetch;
  }

  async stats(): Promise<Stats[]> {
    await this.watch.measureAll();
    const mine = this.route.up && this.me ? [this.me] : [];
    return [...this.participants, ...mine].flatMap(({ measured }) => (measured ? [measured.stats] : []));
  }

  async leave(): Promise<void> {
    if (this.state.name === 'lost') return;
    await Promise.race([this.ask('leave', {}).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
    this.over(this.say_('left'));
  }

  readonly host: Host = {
    lobby: (on) => this.done('setLobby', { on }),
    lock: (locked) => this.done('lock', { locked }),
    admit: (identity) => this.done('admit', { identity }),
    decline: (identity) => this.done('decline', { identity }),
    mute: (identity, source = 'microphone') => this.done('mute', { identity, source }),
    remove: (identity) => this.done('remove', { identity }),
    makeHost: (identity) => this.done('makeHost', { identity }),
    invite: async (invitation = {}) => (await this.ask('invite', invitation)) as Invited & Said,
    keepChat: (on) => this.done('keepChat', { on }),
    clearChat: () => this.done('clearChat', {}),
    end: () => this.done('end', {}),
  };

  // ---- the way to the room -------------------------------------------------------------------

  /** The way stands: enter, or come back to our place. */
  private async enter(): Promise<void> {
    const attempt = ++this.attempts;
    const { token } = this.options;
    try {
      const answer = await this.signaling.ask('join', {
        room: this.name,
        name: this.wantedName,
        token: typeof token === 'function' ? await token() : token,
        ...this.secrets,
      });
      if (attempt !== this.attempts) return;
      if (answer.type === 'joined') this.joined(answer);
      else if (answer.type === 'waiting') this.happened({ is: 'waiting', locked: answer.locked });
    } catch (error) {
      const code = error instanceof MadangError ? error.code : 'unreachable';
      // Cut meanwhile: the next `up` tries again by itself.
      if (code === 'not-connected' || attempt !== this.attempts || this.state.name === 'lost') return;
      if (code === 'no-answer' || code === 'too-fast') setTimeout(() => attempt === this.attempts && void this.enter(), 1500);
      else this.over(error instanceof MadangError ? error : this.say_('unreachable'));
    }
  }

  private joined(joined: Joined): void {
    if (this.state.name === 'lost') return;
    const before = this.me;
    if (before && (!joined.resumed || before.identity !== joined.you.identity)) {
      // The room had given up on us: to the others we are somebody new.
      this.route.mesh.disconnectAll();
    }
    if (before?.identity === joined.you.identity) before.update(joined.you);
    else this.me = new Person(joined.you, true);
    if (this.sealing) this.sealing.identity = joined.you.identity;
    this.up = true;
    this.info = joined.room;
    this.knocks = joined.waiting;
    this.relays.take(joined.iceServers);
    this.route.useServers(joined.iceServers);
    const here = new Set(joined.participants.map(({ identity }) => identity));
    for (const identity of [...this.people.keys()]) if (!here.has(identity)) this.gone(identity, 'lost');
    this.route.resume(joined.resumed, joined.room.topology);
    for (const info of joined.participants) this.met(info);
    for (const message of joined.chat) {
      const line = this.log.hear(message, this.me!.identity);
      if (line && before) this.events.emit('said', line);
    }
    this.happened({ is: 'admitted' });
    this.watch.start();
    this.route.mesh.resync();
    this.published = this.looked = '';
    this.ownTracksChanged();
    this.look();
    this.outbox.resume();
    if (this.raised && !joined.resumed) this.raiseHand(true).catch(() => {});
  }

  private cut(problem: Problem): void {
    this.up = false;
    this.attempts++;
    this.outbox.pause();
    this.expect(this.state.name === 'connecting' ? FIRST_WITHIN : (this.options.giveUpAfterMs ?? GIVE_UP_AFTER));
    this.happened({ is: 'cut', problem });
  }

  private over(problem: Problem): void {
    if (this.state.name === 'lost') return;
    this.up = false;
    this.attempts++;
    clearTimeout(this.giveUp);
    this.happened({ is: 'over', problem });
    this.outbox.giveUp(this.say_('not-delivered'));
    this.watch.stop();
    this.relays.close();
    for (const off of this.offs) off();
    for (const share of this.own.list) this.own.remove(share.id);
    for (const person of this.people.values()) person.leave();
    this.route.close();
    this.gaze.close();
    this.sealing?.close();
    this.people.clear();
    this.knocks = [];
    for (const fetch of this.fetches.values()) fetch.look();
    this.media.close();
    this.signaling.close();
    this.turnedAway(MadangError.of(problem));
    this.events.emit('ended', problem);
  }

  private happened(happening: Happening): void {
    const state = next(this.state, happening);
    if (state === this.state) return;
    this.state = state;
    if (state.name === 'connected' || state.name === 'waiting') {
      clearTimeout(this.giveUp);
      this.giveUp = undefined;
      this.entered(this);
    }
    this.events.emit('state', state);
    this.changed();
  }

  private expect(within: number): void {
    this.giveUp ??= setTimeout(() => this.over(this.say_('unreachable')), within);
  }

  /** Rejects with what the room refused, or that there is no way now. */
  private ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said> {
    return this.up ? this.signaling.ask(name, message) : Promise.reject(MadangError.of(this.say_('not-connected')));
  }

  private async done<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<void> {
    await this.ask(name, message);
  }

  // ---- what the room says --------------------------------------------------------------------

  private heard<M extends keyof ServerMessages>(name: M, message: ServerMessages[M]): void {
    this.answers[name]?.(message);
    this.changed();
  }

  private readonly answers: { [M in keyof ServerMessages]: (message: ServerMessages[M]) => void } = {
    joined: (joined) => this.joined(joined),
    participantJoined: ({ participant }) => this.met(participant),
    participantChanged: ({ participant }) => this.met(participant),
    participantLeft: ({ identity, reason }) => this.gone(identity, reason),
    roomChanged: ({ room, reason, by }) => {
      this.info = room;
      this.route.follow(room.topology);
      this.look();
      this.events.emit('info', room, reason, by ? this.participant(by) : undefined);
    },
    negotiated: ({ from, instance, description, candidate }) => {
      const person = this.people.get(from);
      // Of a page that is no more.
      if (!person || person.instance !== instance || !this.me) return;
      this.route.mesh.connect(person, this.me);
      person.peer?.receive({ description, candidate });
    },
    down: (down) => this.route.offered(down),
    layersWanted: (layers) => this.route.wanted(layers),
    speakers: (speakers) => this.watch.tell(speakers),
    connectionLost: (lost) => this.route.lost(lost),
    said: ({ message }) => {
      const line = this.log.hear(message, this.me?.identity);
      if (!line) return;
      this.events.emit('said', line);
      if (line.file && !line.mine) this.events.emit('file', line.file, line);
    },
    chatCleared: ({ by }) => {
      this.log.clear();
      this.events.emit('cleared', this.participant(by));
    },
    reacted: ({ from, emoji }) => {
      const person = this.participant(from);
      if (person) this.events.emit('reacted', person, emoji);
    },
    knocked: ({ knock }) => {
      this.knocks = [...this.knocks.filter(({ identity }) => identity !== knock.identity), knock];
      this.events.emit('knocked', knock);
    },
    knockEnded: ({ identity }) => {
      this.knocks = this.knocks.filter((knock) => knock.identity !== identity);
    },
    muteAsked: ({ by, source }) => {
      this.obey(source);
      this.events.emit('muted', this.participant(by), source);
    },
    ended: (ended) => {
      // The server comes back in a moment, and so do we.
      if (ended.code === 'closing' || ended.code === 'failed') this.cut(ended);
      else this.over(ended);
    },
  };

  /** Somebody is here, or is now otherwise than before. */
  private met(info: ParticipantInfo): void {
    const me = this.me;
    if (!me) return;
    if (info.identity === me.identity) {
      me.update(info);
      // What is allowed may be otherwise.
      if (this.info) this.route.follow(this.info.topology);
      return;
    }
    let person = this.people.get(info.identity);
    const isNew = !person;
    const wasAway = person?.presence === 'reconnecting';
    if (!person) this.people.set(info.identity, (person = new Person(info, false)));
    else if (person.update(info)) this.route.mesh.disconnect(person);
    const tracks = person.publish(info.tracks, this.media.speaker, this.gaze, this.sealing);
    if (isNew) {
      this.sealing?.turn();
      this.events.emit('joined', person);
    }
    this.route.met(person);
    if (wasAway && person.presence === 'online') this.route.mesh.resync(person);
    for (const track of tracks) this.events.emit('track', track, person);
    this.match(person);
  }

  private gone(identity: string, reason: RoomEvents['left'][1]): void {
    const person = this.people.get(identity);
    if (!person) return;
    this.people.delete(identity);
    this.route.gone(person);
    this.watch.forget(person);
    person.leave();
    this.pathChanged();
    this.events.emit('left', person, reason);
  }

  private obey(source: Source): void {
    if (source === 'microphone') void this.media.setMicrophone(false);
    else if (source === 'camera') void this.media.setCamera(false);
    else for (const share of this.own.list) this.stopShare(share.id);
  }

  private match(person: Person): void {
    for (const track of person.match()) {
      if (this.options.playAudio !== false) track.play();
      this.events.emit('track', track, person);
    }
    this.changed();
  }

  /** Tells the server what is on the screen, whole each time. */
  private look(): void {
    if (!this.up || this.info?.topology !== 'server' || typeof document === 'undefined') return;
    const sights = this.gaze.sights(this.people.values());
    const said = JSON.stringify(sights);
    if (said === this.looked) return;
    this.looked = said;
    this.ask('look', { sights }).catch((error: MadangError) => {
      this.looked = '';
      if (error.code === 'too-fast') setTimeout(() => this.look(), 1000);
    });
  }

  private negotiate(to: Person, message: { description?: unknown; candidate?: unknown }): void {
    const { identity, instance } = to;
    this.ask('negotiate', { to: identity, instance, ...message } as ClientMessages['negotiate']).catch((error: MadangError) => {
      // Other refusals end by themselves: with the next presence, instance or departure.
      if (error.code === 'too-fast') setTimeout(() => this.route.mesh.resync(to), 1500);
    });
  }

  // ---- own tracks and messages ---------------------------------------------------------------

  /** Keeps what is sent, and what others believe is sent, equal to the devices. */
  private follow(): void {
    const { media } = this;
    media.speaker.onblocked = () => this.changed();
    this.offs.push(
      media.events.on('replaced', (kind) => {
        if (kind === 'microphone') this.route.setMicrophone(media.microphone.track ?? null);
        else this.route.setCamera(media.camera.track ?? null);
        this.ownTracksChanged();
      }),
      media.events.on('change', () => this.ownTracksChanged()),
      media.events.on('problem', (problem) => this.problem(problem)),
    );
  }

  private ownTracksChanged(): void {
    const { me, media } = this;
    if (me) {
      const infos = me.can.publish ? this.own.infos(media, this.sealed) : [];
      const changed = new Set([...me.publish(infos, media.speaker), ...this.own.match(me, media)]);
      for (const track of changed) this.events.emit('track', track, me);
      void this.publish(infos);
    }
    this.changed();
  }

  private async publish(infos: readonly TrackInfo[]): Promise<void> {
    if (!this.up || this.publishing || this.published === JSON.stringify(infos)) return;
    this.publishing = true;
    const said = JSON.stringify(infos);
    try {
      await this.ask('publish', { tracks: [...infos] });
      this.published = said;
    } catch (error) {
      const { code } = error as MadangError;
      if (code === 'too-fast' || code === 'no-answer') await new Promise((resolve) => setTimeout(resolve, 1000));
      else if (code !== 'not-connected') {
        this.published = said;
        this.problem(error as MadangError);
      }
    }
    this.publishing = false;
    // What changed meanwhile, the last word first.
    if (this.up && this.me) void this.publish(this.me.can.publish ? this.own.infos(this.media, this.sealed) : []);
  }

  private outgoing(): Outgoing {
    const meeting = this;
    return {
      stream: this.own.stream,
      sealing: this.sealing,
      get direction() {
        const { publish = true, subscribe = true } = meeting.me?.can ?? {};
        return publish ? (subscribe ? 'sendrecv' : 'sendonly') : subscribe ? 'recvonly' : 'inactive';
      },
      get microphone() {
        return meeting.me?.can.publish ? (meeting.media.microphone.track ?? null) : null;
      },
      get camera() {
        return meeting.me?.can.publish ? (meeting.media.camera.track ?? null) : null;
      },
      get shares() {
        return meeting.own.list;
      },
    };
  }

  private utter(text: string, to: string | undefined, file: FileOffer | undefined): Line {
    const id = randomWord();
    const me = this.me ?? { identity: '', name: this.wantedName ?? '' };
    const line = this.log.say(id, me, text, to, file, Date.now());
    this.events.emit('said', line);
    if (this.state.name === 'lost') this.settled(id, { state: 'notDelivered', problem: this.say_('not-delivered') });
    else this.outbox.add({ id, text, to, file });
    this.changed();
    return line;
  }

  private async deliver(say: ClientMessages['say']) {
    try {
      const answer = await this.ask('say', say);
      if (answer.type === 'sent') return answer;
    } catch (error) {
      const { code } = error as MadangError;
      if (code !== 'no-answer' && code !== 'not-connected' && code !== 'not-joined') throw error;
    }
    throw undefined;
  }

  private settled(id: string, outcome: Partial<Line>): void {
    const line = this.log.mine(id);
    if (!line || line.state === 'sent') return;
    Object.assign(line, outcome);
    this.events.emit('said', line);
    this.changed();
  }

  private pathChanged(): void {
    // Is it the other side, or our own network?
    if (this.participants.some(({ link }) => link?.state === 'reconnecting')) this.signaling.probe();
    for (const fetch of this.fetches.values()) fetch.look();
    this.changed();
  }

  private problem(problem: Problem): void {
    this.events.emit('problem', problem);
    this.changed();
  }

  private changed(): void {
    if (this.me) this.me.own = this.watch.own();
    this.events.changed();
  }
}

// By its name, which bundlers leave alone.
function beside(): URL {
  return new URL('sealer.js', import.meta.url.split('?')[0]);
}
const FIRST_WITHIN = 20_000;
const GIVE_UP_AFTER = 5 * 60_000;
const MOST_DATA = 64 * 1024;
