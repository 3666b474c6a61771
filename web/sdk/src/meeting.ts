import { Conversation } from './conversation';
import { Emitter } from './emitter';
import { Entrance } from './entrance';
import { Gaze } from './gaze';
import { LocalMedia } from './media';
import { Person } from './person';
import { MadangError, problems, type Say } from './problem';
import { Publication } from './publication';
import { Relays } from './relays';
import { Route } from './route';
import { Sealing } from './sealing';
import type { ClientMessages, Joined, ParticipantInfo, ServerMessages } from './signal';
import type { OpenSignaling, Said } from './signaling';
import { Transfers } from './transfers';
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
  me: Person | undefined;
  info: RoomInfo | undefined;
  knocks: readonly Knock[] = [];
  readonly media: LocalMedia;
  /** Resolves when admitted or waiting. */
  readonly entering: Promise<Room>;

  private readonly events = new Emitter<RoomEvents>();
  private readonly say_: Say;
  private readonly people = new Map<string, Person>();
  private readonly entrance: Entrance;
  private readonly conversation: Conversation;
  private readonly transfers: Transfers;
  private readonly publication: Publication;
  private readonly route: Route;
  private readonly relays: Relays;
  private readonly gaze = new Gaze({
    others: () => this.people.values(),
    wanted: () => this.entrance.up && this.info?.topology === 'server',
    look: (sights) => this.ask('look', { sights }),
  });
  private readonly watch: Watch;
  private readonly sealing: Sealing | undefined;
  private readonly deaf: () => void;
  private raised = false;

  constructor(
    readonly name: string,
    private readonly options: JoinOptions,
    open: OpenSignaling,
  ) {
    this.say_ = problems(options.language);
    this.entrance = new Entrance(name, options, this.say_, open, {
      joined: (joined) => this.joined(joined),
      cut: () => this.conversation.pause(),
      over: (problem) => this.over(problem),
      stateChanged: (state) => {
        this.events.emit('state', state);
        this.changed();
      },
      heard: (name, message) => this.heard(name, message),
    });
    this.entering = this.entrance.entering.then(() => this);
    this.media = (options.media as LocalMedia | undefined) ?? new LocalMedia(options);
    this.media.speaker.onblocked = () => this.changed();
    this.deaf = this.media.events.on('problem', (problem) => this.problem(problem));
    if (options.key) this.sealing = new Sealing(options.key, name, options.sealer ?? beside(), () => this.changed());
    this.conversation = new Conversation(this.entrance, this.say_, {
      me: () => this.me ?? { identity: '', name: this.entrance.name ?? '' },
      said: (line) => {
        this.events.emit('said', line);
        this.changed();
      },
    });
    this.transfers = new Transfers(this.say_, {
      owner: ({ id }) => this.people.get(this.conversation.chat.whoOffers(id) ?? ''),
      barred: ({ peer }) => this.info?.topology === 'server' && !peer && !this.me?.can.send,
      open: (person) => this.route.fileChannel(person),
    });
    this.publication = new Publication(this.media, this.sealing, this.entrance, {
      me: () => this.me,
      route: () => this.route,
      tracks: (changed) => {
        for (const track of changed) this.events.emit('track', track, this.me!);
      },
      problem: (problem) => this.problem(problem),
      changed: () => this.changed(),
    });
    this.route = new Route(this.publication, options.iceTransportPolicy ?? 'all', {
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
      fileAsked: (from, channel) => this.transfers.serve(channel, from.identity),
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
      sees: (track) => this.gaze.sees(track),
      changed: () => this.changed(),
    });
  }

  // ---- what a page reads ---------------------------------------------------------------------

  get state(): State {
    return this.entrance.state;
  }

  get participants(): readonly Person[] {
    return [...this.people.values()].sort((a, b) => a.order - b.order);
  }

  get chat(): readonly Message[] {
    return this.conversation.chat.lines;
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
    return this.publication.shares;
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
    return this.conversation.say(text, to);
  }

  sayAgain(id: string): Message | undefined {
    const line = this.conversation.sayAgain(id);
    if (line) this.changed();
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
    this.entrance.name = name;
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
    return this.publication.share(stream);
  }

  stopShare(id: string): void {
    this.publication.stop(id);
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
    return this.conversation.say('', to, await this.transfers.offer(file, to));
  }

  fetchFile(offer: FileOffer): FileTransfer {
    return this.transfers.fetch(offer);
  }

  async stats(): Promise<Stats[]> {
    await this.watch.measureAll();
    const mine = this.route.up && this.me ? [this.me] : [];
    return [...this.participants, ...mine].flatMap(({ measured }) => (measured ? [measured.stats] : []));
  }

  async leave(): Promise<void> {
    if (this.state.name === 'lost') return;
    await Promise.race([this.ask('leave', {}).catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
    this.entrance.over(this.say_('left'));
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

  /** Rejects with what the room refused, or that there is no way now. */
  private ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said> {
    return this.entrance.ask(name, message);
  }

  private async done<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<void> {
    await this.ask(name, message);
  }

  // ---- what the room says --------------------------------------------------------------------

  /** It has us, for the first time or again, and says all that we have to know. */
  private joined(joined: Joined): void {
    const before = this.me;
    if (before && (!joined.resumed || before.identity !== joined.you.identity)) {
      // The room had given up on us: to the others we are somebody new.
      this.route.mesh.disconnectAll();
    }
    if (before?.identity === joined.you.identity) before.update(joined.you);
    else this.me = new Person(joined.you, true);
    if (this.sealing) this.sealing.identity = joined.you.identity;
    this.info = joined.room;
    this.knocks = joined.waiting;
    this.relays.take(joined.iceServers);
    this.route.useServers(joined.iceServers);
    const here = new Set(joined.participants.map(({ identity }) => identity));
    for (const identity of [...this.people.keys()]) if (!here.has(identity)) this.gone(identity, 'lost');
    this.route.resume(joined.resumed, joined.room.topology);
    for (const info of joined.participants) this.met(info);
    for (const message of joined.chat) {
      const line = this.conversation.chat.hear(message, this.me?.identity);
      if (line && before) this.events.emit('said', line);
    }
    this.entrance.admitted();
    this.watch.start();
    this.route.mesh.resync();
    this.publication.tellAnew();
    this.gaze.tellAnew();
    this.conversation.resume();
    if (this.raised && !joined.resumed) this.raiseHand(true).catch(() => {});
  }

  private over(problem: Problem): void {
    this.conversation.end();
    this.watch.stop();
    this.relays.close();
    this.deaf();
    this.publication.close();
    for (const person of this.people.values()) person.leave();
    this.route.close();
    this.gaze.close();
    this.sealing?.close();
    this.people.clear();
    this.knocks = [];
    this.transfers.look();
    this.media.close();
    this.events.emit('ended', problem);
  }

  private heard<M extends keyof ServerMessages>(name: M, message: ServerMessages[M]): void {
    this.answers[name]?.(message);
    this.changed();
  }

  private readonly answers: { [M in keyof ServerMessages]: (message: ServerMessages[M]) => void } = {
    joined: (joined) => this.entrance.joined(joined),
    participantJoined: ({ participant }) => this.met(participant),
    participantChanged: ({ participant }) => this.met(participant),
    participantLeft: ({ identity, reason }) => this.gone(identity, reason),
    roomChanged: ({ room, reason, by }) => {
      this.info = room;
      this.route.follow(room.topology);
      this.gaze.tell();
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
      const line = this.conversation.chat.hear(message, this.me?.identity);
      if (!line) return;
      this.events.emit('said', line);
      if (line.file && !line.mine) this.events.emit('file', line.file, line);
    },
    chatCleared: ({ by }) => {
      this.conversation.chat.clear();
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
      if (ended.code === 'closing' || ended.code === 'failed') this.entrance.cut(ended);
      else this.entrance.over(ended);
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
    else for (const { id } of this.shares) this.stopShare(id);
  }

  private match(person: Person): void {
    for (const track of person.match()) {
      if (this.options.playAudio !== false) track.play();
      this.events.emit('track', track, person);
    }
    this.changed();
  }

  private negotiate(to: Person, message: { description?: unknown; candidate?: unknown }): void {
    const { identity, instance } = to;
    this.ask('negotiate', { to: identity, instance, ...message } as ClientMessages['negotiate']).catch((error: MadangError) => {
      // Other refusals end by themselves: with the next presence, instance or departure.
      if (error.code === 'too-fast') setTimeout(() => this.route.mesh.resync(to), 1500);
    });
  }

  private pathChanged(): void {
    // Is it the other side, or our own network?
    if (this.participants.some(({ link }) => link?.state === 'reconnecting')) this.entrance.probe();
    this.transfers.look();
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
const MOST_DATA = 64 * 1024;
