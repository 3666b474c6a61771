import type {
  Device,
  FileOffer,
  FileTransfer,
  Host,
  JoinOptions,
  Knock,
  Media,
  MediaEvents,
  MediaOptions,
  Message,
  Participant,
  Presence,
  Problem,
  Quality,
  Role,
  Room,
  RoomEvents,
  RoomInfo,
  Share,
  Source,
  State,
  Stats,
  Track,
} from '@madang/client';
import { paint } from './paint.ts';

// An acted room in the shape of the client, for looking at every screen without a server and for
// the tests of components. It is bound in only by `--mode fake` and by tests.

export class MadangError extends Error implements Problem {
  constructor(
    readonly code: string,
    message: string,
    readonly help: string,
  ) {
    super(message);
  }
}

const script = () => new URLSearchParams(globalThis.location?.search ?? '');

export async function join(name: string, options: JoinOptions = {}): Promise<Room> {
  const refuse = script().get('refuse');
  if (refuse) {
    throw new MadangError(refuse, 'The fake server refuses.', 'Try another scene.');
  }
  const room = new FakeRoom(name, options);
  (globalThis as Record<string, unknown>).fake = room;
  act(room);
  return room;
}

export function canSeal(): boolean {
  return true;
}

export function openMedia(options: MediaOptions = {}): Media {
  return new FakeMedia(options);
}

/** Sets the scene that the address asks for: `?people=3&chat&knock=2&share&hands&quality=poor…`. */
function act(room: FakeRoom): void {
  const ask = script();
  const names = ['서연', 'Amara', '민준'];
  const count = Number(ask.get('people') ?? 2);
  for (let i = 0; i < count; i++) {
    room.come(names[i] ?? `Guest ${i}`, {
      camera: !ask.has('dark') && i !== 2,
      muted: i === 1,
      speaking: i === 0,
    });
  }
  const [first, second] = room.everybody;
  if (ask.get('role') === 'guest') {
    room.self.role = 'guest';
  }
  if (ask.has('chat')) {
    const t = Date.UTC(2026, 4, 4, 5, 12);
    room.hear('서연', '다들 잘 들리나요? 오늘은 마당 초안을 같이 볼게요.', t);
    room.hear('Amara', 'Loud and clear. The notes are at https://example.org/notes', t + 60_000);
    room.hear('서연', '좋아요, 그럼 시작할까요?', t + 90_000, true);
    room.chat.push({ ...room.mine('I share the plan in a minute.'), at: t + 120_000, state: 'sent' });
    room.chat.push({
      ...room.mine('This one got stuck on the way.'),
      at: t + 150_000,
      state: 'notDelivered',
      problem: { code: 'not-delivered', message: 'The message was not delivered.', help: 'Send it again.' },
    });
    room.hear('Amara', '', t + 180_000, false, {
      id: 'f1',
      name: 'yard-plan-2026.pdf',
      size: 4_812_331,
      type: 'application/pdf',
      sha256: '00',
    });
  }
  if (ask.has('rtl')) {
    room.come('נועה (חיפה)').hand = 1;
    room.hear('נועה (חיפה)', 'שלום! see https://example.org', Date.UTC(2026, 4, 4, 5, 12));
    const file = { id: 'f2', name: 'חשבון-12.pdf', size: 12_331, type: 'application/pdf', sha256: '00' };
    room.hear('נועה (חיפה)', '', Date.UTC(2026, 4, 4, 5, 13), false, file);
  }
  const knocks = Number(ask.get('knock') ?? 0);
  ['하윤', 'Noor', 'Luis'].slice(0, knocks).forEach((name) => room.knocks.push({ identity: `k-${name}`, name }));
  if (ask.has('hands') && first && second) {
    first.hand = 1;
    second.hand = 2;
    room.self.hand = 3;
  }
  const quality = ask.get('quality') as Quality | null;
  if (quality && first) {
    first.connection = {
      state: quality === 'lost' ? 'reconnecting' : 'connected',
      path: 'relayed',
      transport: 'tls',
      quality,
      reason: quality === 'poor' ? 'loss' : quality === 'fair' ? 'bitrate' : quality === 'lost' ? 'noMedia' : 'none',
    };
  }
  if (ask.has('away') && second) {
    second.presence = 'reconnecting';
  }
  if (ask.has('share') && second) {
    second.tracks.push(new FakeTrack('screen', 'screen'));
  }
  if (ask.has('program')) {
    const film = room.come('Stage camera', { muted: true });
    film.program = true;
    room.info = { ...room.info, viewers: 3 };
  }
  if (ask.has('kept')) {
    room.info = { ...room.info, chatKept: true };
  }
  if (ask.has('locked')) {
    room.info = { ...room.info, locked: true };
  }
  room.audioBlocked = ask.has('blocked');
  const state = ask.get('state') as State['name'] | null;
  if (state) {
    room.become(state, ask.get('code') ?? undefined);
  }
  room.changed();
}

class Ears<Events extends { [K in keyof Events]: unknown[] }> {
  #listeners = new Map<keyof Events, Set<unknown>>();

  on<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  tell<E extends keyof Events>(event: E, ...args: Events[E]): void {
    this.#listeners.get(event)?.forEach((listener) => (listener as (...args: Events[E]) => void)(...args));
  }
}

let number = 0;

export class FakeTrack implements Track {
  readonly id = `t${++number}`;
  readonly kind: 'audio' | 'video';
  readonly share: string | undefined;
  muted = false;
  ended = false;
  locked = false;
  mediaStreamTrack: MediaStreamTrack | undefined;

  constructor(
    readonly source: Source,
    readonly look: string,
  ) {
    this.kind = source === 'microphone' || source === 'screenAudio' ? 'audio' : 'video';
    this.share = source === 'screen' || source === 'screenAudio' ? 's1' : undefined;
    this.mediaStreamTrack = this.kind === 'video' ? paint(look) : undefined;
  }

  attach(element?: HTMLMediaElement): never {
    if (element && this.mediaStreamTrack) {
      element.srcObject = new MediaStream([this.mediaStreamTrack]);
      void element.play?.().catch(() => undefined);
    }
    return element as never;
  }

  detach(element?: HTMLMediaElement): void {
    if (element) {
      element.srcObject = null;
    }
  }
}

export class FakeParticipant implements Participant {
  identity: string;
  role: Role = 'guest';
  presence: Presence = 'online';
  hand: number | undefined;
  can = { publish: true, subscribe: true, send: true, moderate: false };
  isMe = false;
  program = false;
  tracks: Track[] = [];
  speaking = false;
  level = 0;
  connection: Participant['connection'] = {
    state: 'connected',
    path: 'direct',
    transport: 'udp',
    quality: 'good',
    reason: 'none',
  };

  constructor(
    public name: string,
    public order: number,
  ) {
    this.identity = `p${order}`;
  }

  track(source: Source): Track | undefined {
    return this.tracks.find((track) => track.source === source);
  }
}

export class FakeRoom extends Ears<RoomEvents> implements Room {
  state: State = { name: 'connected' };
  everybody: FakeParticipant[] = [];
  self: FakeParticipant;
  info: RoomInfo;
  chat: Message[] = [];
  knocks: Knock[] = [];
  shares: Share[] = [];
  audioBlocked = false;
  readonly sealed: boolean;
  readonly media: Media;
  readonly asked: string[] = [];
  readonly host: Host;

  constructor(
    readonly name: string,
    options: JoinOptions,
  ) {
    super();
    this.sealed = options.key !== undefined;
    this.media = options.media ?? new FakeMedia({});
    this.info = { name, locked: false, lobby: false, limit: 4, topology: 'mesh', viewers: 0, chatKept: false };
    this.self = new FakeParticipant(options.name ?? 'Me', 9);
    this.self.identity = 'me';
    this.self.isMe = true;
    this.self.role = 'host';
    this.self.tracks = [new FakeTrack('microphone', ''), new FakeTrack('camera', 'me')];
    const asks =
      (what: string, then: (subject: string) => void = () => undefined) =>
      async (subject?: unknown) => {
        this.asked.push(subject === undefined ? what : `${what} ${String(subject)}`);
        then(String(subject));
        this.changed();
      };
    const dropKnock = (identity: string) => {
      this.knocks = identity === 'undefined' ? [] : this.knocks.filter((knock) => knock.identity !== identity);
    };
    this.host = {
      lobby: asks('lobby', (on) => (this.info = { ...this.info, lobby: on === 'true' })),
      lock: asks('lock', (on) => (this.info = { ...this.info, locked: on === 'true' })),
      admit: asks('admit', dropKnock),
      decline: asks('decline', dropKnock),
      mute: asks('mute'),
      remove: asks('remove', (who) => (this.everybody = this.everybody.filter((p) => p.identity !== who))),
      makeHost: asks('makeHost', (who) => {
        const found = this.everybody.find((p) => p.identity === who);
        if (found) {
          found.role = 'host';
        }
      }),
      invite: async (wish = {}) => {
        this.asked.push(`invite ${JSON.stringify(wish)}`);
        return { token: 'header.body.seal', until: Date.UTC(2026, 4, 5, 5, 12) };
      },
      keepChat: asks('keepChat', (on) => (this.info = { ...this.info, chatKept: on === 'true' })),
      clearChat: asks('clearChat', () => {
        this.chat = [];
        this.tell('cleared', this.me);
      }),
      end: asks('end', () => this.become('lost', 'ended')),
    };
    this.media.on('change', () => this.changed());
  }

  get me(): Participant {
    this.self.tracks.forEach((track) => {
      (track as FakeTrack).muted =
        track.source === 'microphone' ? !this.media.microphone.on : track.source === 'camera' ? !this.media.camera.on : false;
    });
    return this.self;
  }

  get participants(): readonly Participant[] {
    return this.everybody;
  }

  get hands(): readonly Participant[] {
    return [...this.everybody, this.self]
      .filter((one) => one.hand !== undefined)
      .sort((a, b) => a.hand! - b.hand!);
  }

  get activeSpeaker(): Participant | undefined {
    return this.everybody.find((one) => one.speaking);
  }

  participant(identity: string): Participant | undefined {
    return identity === 'me' ? this.me : this.everybody.find((one) => one.identity === identity);
  }

  // ---- the stage directions

  come(name: string, { camera = true, muted = false, speaking = false } = {}): FakeParticipant {
    const one = new FakeParticipant(name, this.everybody.length + 1);
    const voice = new FakeTrack('microphone', '');
    voice.muted = muted;
    one.tracks = camera ? [voice, new FakeTrack('camera', name)] : [voice];
    one.speaking = speaking;
    this.everybody.push(one);
    this.tell('joined', one);
    this.changed();
    return one;
  }

  hear(name: string, text: string, at = Date.now(), toMe = false, file?: FileOffer): void {
    const from = this.everybody.find((one) => one.name === name);
    const message: Message = {
      id: `m${++number}`,
      from: from?.identity ?? 'p0',
      name,
      text,
      at,
      to: toMe ? 'me' : undefined,
      file,
      mine: false,
      state: 'sent',
      problem: undefined,
    };
    this.chat.push(message);
    this.tell('said', message);
    this.changed();
  }

  mine(text: string, to?: string): Message {
    return {
      id: `m${++number}`,
      from: 'me',
      name: this.self.name,
      text,
      at: Date.now(),
      to,
      file: undefined,
      mine: true,
      state: 'sending',
      problem: undefined,
    };
  }

  become(name: State['name'], code?: string): void {
    this.state = code === undefined ? { name } : { name, code, message: 'It is so.', help: 'Try again.' };
    this.tell('state', this.state);
    this.changed();
  }

  changed(): void {
    this.tell('change');
  }

  // ---- the room

  say(text: string, options: { to?: string } = {}): Message {
    const message = this.mine(text, options.to);
    this.chat.push(message);
    this.changed();
    this.chat[this.chat.indexOf(message)] = { ...message, state: 'sent' };
    this.changed();
    return message;
  }

  sayAgain(id: string): Message | undefined {
    const index = this.chat.findIndex((message) => message.id === id);
    this.chat[index] = { ...this.chat[index]!, state: 'sent', problem: undefined };
    this.changed();
    return this.chat[index];
  }

  react(emoji: string): void {
    this.tell('reacted', this.self, emoji);
  }

  async raiseHand(raised: boolean): Promise<void> {
    this.self.hand = raised ? this.hands.length + 1 : undefined;
    this.changed();
  }

  async rename(name: string): Promise<void> {
    this.self.name = name;
    this.changed();
  }

  setMicrophone = (on: boolean) => this.media.setMicrophone(on);
  setCamera = (on: boolean) => this.media.setCamera(on);
  useMicrophone = (id: string) => this.media.useMicrophone(id);
  useCamera = (id: string) => this.media.useCamera(id);
  useSpeaker = (id: string) => this.media.useSpeaker(id);

  async shareScreen(): Promise<Share | undefined> {
    const share = { id: 's1', video: new FakeTrack('screen', 'screen'), audio: undefined };
    this.shares = [share];
    this.self.tracks.push(share.video);
    this.changed();
    return share;
  }

  stopShare(): void {
    this.shares = [];
    this.self.tracks = this.self.tracks.filter((track) => track.source !== 'screen');
    this.changed();
  }

  pin(): void {}

  async resumeAudio(): Promise<boolean> {
    this.audioBlocked = false;
    this.changed();
    return true;
  }

  send(): number {
    return 0;
  }

  async offerFile(file: File, options: { to?: string } = {}): Promise<Message> {
    const offer = { id: `f${++number}`, name: file.name, size: file.size, type: file.type, sha256: '' };
    const message: Message = { ...this.mine('', options.to), file: offer, state: 'sent' };
    this.chat.push(message);
    this.changed();
    return message;
  }

  fetchFile(offer: FileOffer): FileTransfer {
    const ears = new Ears<{ change: [] }>();
    let done: (blob: Blob) => void = () => undefined;
    const transfer = {
      offer,
      state: 'running' as FileTransfer['state'],
      receivedBytes: Math.floor(offer.size * 0.42),
      problem: undefined as Problem | undefined,
      blob: new Promise<Blob>((resolve) => (done = resolve)),
      on: (event: 'change', listener: () => void) => ears.on(event, listener),
      cancel: () => {
        transfer.state = 'cancelled';
        ears.tell('change');
      },
      finish: () => {
        transfer.state = 'done';
        transfer.receivedBytes = offer.size;
        done(new Blob(['x']));
        ears.tell('change');
      },
    };
    return transfer;
  }

  async stats(): Promise<Stats[]> {
    return this.everybody.map(({ identity, connection }, i) => ({
      identity,
      path: connection.path,
      transport: connection.transport,
      rttMs: 18 + 31 * i,
      lossPercent: connection.quality === 'poor' ? 9.4 : 0.2 * i,
      bitrateIn: 1_240_000,
      bitrateOut: 1_180_000,
      availableOut: 2_500_000,
      incoming: [
        stream('audio', 'microphone', 'opus', 38_000),
        stream('video', 'camera', 'VP8', 1_200_000),
      ],
      outgoing: [
        stream('audio', 'microphone', 'opus', 36_000),
        { ...stream('video', 'camera', 'VP8', 1_140_000), limitedBy: i === 1 ? 'bandwidth' : 'none' },
      ],
      quality: connection.quality,
      reason: connection.reason,
    }));
  }

  async leave(): Promise<void> {
    this.become('lost', 'left');
  }
}

function stream(kind: 'audio' | 'video', source: Source, codec: string, bitrate: number): Stats['incoming'][number] {
  const video = kind === 'video';
  return {
    kind,
    source,
    codec,
    bitrate,
    lossPercent: 0,
    jitterMs: 4,
    width: video ? 1280 : undefined,
    height: video ? 720 : undefined,
    framesPerSecond: video ? 30 : undefined,
    concealedPercent: video ? undefined : 0.4,
    freezes: video ? 0 : undefined,
    limitedBy: undefined,
    layer: undefined,
    resting: false,
  };
}

class FakeDevice implements Device {
  on = false;
  busy = false;
  deviceId: string | undefined = 'default';
  label = '';
  track: MediaStreamTrack | undefined;
  problem: Problem | undefined;
}

export class FakeMedia extends Ears<MediaEvents> implements Media {
  readonly available = !script().has('insecure');
  readonly canShareScreen = true;
  readonly canChooseSpeaker = true;
  readonly microphone = new FakeDevice();
  readonly camera = new FakeDevice();
  speakerId = '';
  microphones = [{ id: 'default', label: 'Built-in microphone' }, { id: 'm2', label: 'USB headset' }];
  cameras = [{ id: 'default', label: 'FaceTime camera' }];
  speakers = [{ id: 'default', label: 'Built-in speakers' }, { id: 's2', label: 'USB headset' }];
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: MediaOptions) {
    super();
    if (options.microphone) {
      void this.setMicrophone(true);
    }
    if (options.camera) {
      void this.setCamera(true);
    }
  }

  override on<E extends keyof MediaEvents>(event: E, listener: (...args: MediaEvents[E]) => void): () => void {
    this.#timer ??= setInterval(() => this.tell('level', this.microphone.on ? 0.15 + Math.random() * 0.6 : 0), 100);
    return super.on(event, listener);
  }

  setMicrophone(on: boolean): Promise<boolean> {
    return this.#set(this.microphone, 'microphone', on);
  }

  async setCamera(on: boolean): Promise<boolean> {
    const now = await this.#set(this.camera, 'camera', on);
    this.camera.track ??= now ? paint('me') : undefined;
    this.tell('change');
    return now;
  }

  async #set(device: FakeDevice, kind: string, on: boolean): Promise<boolean> {
    if (on && script().has('taken') && kind === 'camera') {
      device.problem = {
        code: 'camera-in-use',
        message: 'The camera is used by another program, so nobody sees you.',
        help: 'Close the other program, then switch the camera on again.',
      };
      this.tell('problem', device.problem);
      this.tell('change');
      return false;
    }
    if (on && script().has('deny')) {
      device.problem = {
        code: `${kind}-refused`,
        message: `The ${kind} was refused.`,
        help: 'Allow it beside the address bar, then switch it on again.',
      };
      this.tell('problem', device.problem);
      this.tell('change');
      return false;
    }
    device.on = on && this.available;
    this.tell('change');
    return device.on;
  }

  async useMicrophone(id: string): Promise<boolean> {
    this.microphone.deviceId = id;
    this.tell('change');
    return true;
  }

  async useCamera(id: string): Promise<boolean> {
    this.camera.deviceId = id;
    this.tell('change');
    return true;
  }

  async useSpeaker(id: string): Promise<boolean> {
    this.speakerId = id;
    this.tell('change');
    return true;
  }

  preview(element: HTMLVideoElement): () => void {
    const show = () => {
      const track = this.camera.on ? this.camera.track : undefined;
      element.srcObject = track ? new MediaStream([track]) : null;
      void element.play?.()?.catch(() => undefined);
    };
    show();
    return this.on('change', show);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}


