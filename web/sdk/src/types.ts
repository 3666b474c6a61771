// What a page sees of Madang. Everything a page may rely on stands here; the other files are how.

import type { Departure, FileOffer, Invited, Knock, Permissions, Presence, Role, RoomChange, RoomInfo, Source, Topology } from './signal';

export type { Departure, FileOffer, Invited, Knock, Permissions, Presence, Role, RoomChange, RoomInfo, Source, Topology };

/** Something that did not work: a stable `code` for programs, a sentence, and what to do about it. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly help: string;
}

// ---- entering --------------------------------------------------------------------------------

export interface JoinOptions {
  /** The server's address, like `https://meet.example`. The page's own by default. */
  url?: string;
  /** The grant, or a function that fetches one; asked again at each reconnection. */
  token?: string | (() => string | Promise<string>);
  /** What others read. */
  name?: string;
  /** On or off at the start (off by default), a device's id, or a track of your own. */
  microphone?: boolean | string | MediaStreamTrack;
  camera?: boolean | string | MediaStreamTrack;
  /** Devices opened before, by `openMedia()`: the room takes them over without a blink. */
  media?: Media;
  /**
   * Encrypts sound and pictures end to end by this key, which all have to know and no server hears;
   * best 16 random bytes, in a link behind `#`. Messages and files are not encrypted by it.
   */
  key?: string;
  /** Where `sealer.js` is, which does that; beside the client by default. */
  sealer?: string | URL;
  /** How to signal; by default polling first, then WebSocket if it works. */
  transports?: ('polling' | 'websocket')[];
  /** `relay` hides the own addresses behind the server's relay. */
  iceTransportPolicy?: RTCIceTransportPolicy;
  /** Where secrets are kept: `session` for this tab, `device` for this browser. */
  storage?: { session?: KeyStore; device?: KeyStore };
  /** Of messages for people: `en`, `ko`; the browser's by default. */
  language?: string;
  /** Plays everybody's sound by itself (default). Off: attach the audio tracks yourself. */
  playAudio?: boolean;
  /** Stop trying to come back after so long without the server (default 5 minutes). */
  giveUpAfterMs?: number;
}

export interface KeyStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

// ---- the room --------------------------------------------------------------------------------

/**
 * Where this page stands.
 *
 *     connecting ──► waiting ──► connected ◄──► reconnecting
 *          │            │            │               │
 *          └────────────┴──────► lost ◄──────────────┘
 *
 * `lost` is final; `code` says why (`left`, `removed`, `ended`, `replaced`, `declined`,
 * `empty`, `unreachable`, or what refused the way back). `reconnecting` names its cause too.
 */
export interface State {
  readonly name: 'connecting' | 'waiting' | 'connected' | 'reconnecting' | 'lost';
  readonly code?: string;
  readonly message?: string;
  readonly help?: string;
  /** While waiting: the room is locked; otherwise it lets who is new knock first. */
  readonly locked?: boolean;
}

/** Every event with what it hands over. */
export interface RoomEvents {
  /** Anything a page draws has changed; comes once for a burst of changes. */
  change: [];
  state: [state: State];
  joined: [participant: Participant];
  left: [participant: Participant, reason: Departure];
  /** A track appeared, was muted or unmuted, or ended (`track.ended`). */
  track: [track: Track, participant: Participant];
  /** A chat message came or the state of an own one changed. */
  said: [message: Message];
  /** A host deleted the chat: what was said before is no longer in `chat`. */
  cleared: [by: Participant | undefined];
  reacted: [participant: Participant, emoji: string];
  knocked: [knock: Knock];
  /** Lock, lobby, whether the chat is kept, or topology changed; `by` a host, or by the room itself. */
  info: [info: RoomInfo, reason: RoomChange, by: Participant | undefined];
  /** A host muted you; it is already done. */
  muted: [by: Participant | undefined, source: Source];
  /** Data came by `send` of another. */
  message: [data: string | ArrayBuffer, from: Participant, reliable: boolean];
  /** Somebody offers a file; hand `message.file` to `fetchFile`. */
  file: [offer: FileOffer, message: Message];
  /** A device, a permission, a share: something did not work, the room goes on. */
  problem: [problem: Problem];
  /** This participation is over; the state is `lost`. */
  ended: [problem: Problem];
}

export interface Room {
  readonly name: string;
  readonly state: State;
  /** Whether what you send is encrypted end to end. */
  readonly sealed: boolean;
  /** Yourself; `undefined` only until first admitted. */
  readonly me: Participant | undefined;
  /** The others, by order of arrival. */
  readonly participants: readonly Participant[];
  readonly info: RoomInfo | undefined;
  /** Oldest first: the last messages before you came (all, where the chat is kept), then all since. */
  readonly chat: readonly Message[];
  /** Who waits to be let in (hosts only). */
  readonly knocks: readonly Knock[];
  /** Raised hands in order, your own among them. */
  readonly hands: readonly Participant[];
  /** Who speaks now, or spoke last; yourself is never it. */
  readonly activeSpeaker: Participant | undefined;
  /** Your devices. */
  readonly media: Media;
  /** Your own running shares. */
  readonly shares: readonly Share[];
  /** The browser wants a click before it plays sound: call `resumeAudio()` from one. */
  readonly audioBlocked: boolean;
  readonly host: Host;

  on<E extends keyof RoomEvents>(event: E, listener: (...args: RoomEvents[E]) => void): () => void;
  /** Somebody by identity, you included. */
  participant(identity: string): Participant | undefined;

  /**
   * Says something to all or to one. The message is in `chat` at once, `sending`; it becomes `sent`
   * exactly once, over any cut, or `notDelivered`.
   */
  say(text: string, options?: { to?: string }): Message;
  /** Tries a message again that was not delivered. */
  sayAgain(id: string): Message | undefined;
  react(emoji: string): void;
  raiseHand(raised: boolean): Promise<void>;
  rename(name: string): Promise<void>;

  /** Resolves with what is now true: a refused permission leaves it off and is a `problem`. */
  setMicrophone(on: boolean): Promise<boolean>;
  setCamera(on: boolean): Promise<boolean>;
  useMicrophone(deviceId: string): Promise<boolean>;
  useCamera(deviceId: string): Promise<boolean>;
  useSpeaker(deviceId: string): Promise<boolean>;
  /** Lets the person choose a screen, window or tab. `undefined` when the person chose none. */
  shareScreen(options?: { audio?: boolean }): Promise<Share | undefined>;
  stopShare(id: string): void;
  resumeAudio(): Promise<boolean>;
  /** This picture comes before all others when the line is narrow; without one, all are equal. */
  pin(track?: Track): void;

  /**
   * Sends text or bytes (up to 64 KiB) to one or all, straight or through the server as the room
   * does. Reliable (default): in order, kept until the path stands; only across a change from one way
   * to the other a message may overtake another. Unreliable: as fast as possible, may be lost,
   * dropped when there is no path. Returns to how many it went.
   */
  send(data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>, options?: { reliable?: boolean; to?: string }): number;

  /**
   * Offers a file in the chat; others fetch it from this page while it is open: straight, or through
   * the server when the room goes through it, a megabyte a second at most.
   */
  offerFile(file: File, options?: { to?: string }): Promise<Message>;
  fetchFile(offer: FileOffer): FileTransfer;

  /**
   * Plain numbers, at most half a second old, one entry a participant with a path; while the room goes
   * through the server one of yourself too, with what leaves.
   */
  stats(): Promise<Stats[]>;

  leave(): Promise<void>;
}

/** What hosts can do; from others it is refused with `not-host`. */
export interface Host {
  lobby(on: boolean): Promise<void>;
  lock(locked: boolean): Promise<void>;
  /** One who knocks, or all. */
  admit(identity?: string): Promise<void>;
  decline(identity: string): Promise<void>;
  /** One, or all but hosts. */
  mute(identity?: string, source?: Source): Promise<void>;
  remove(identity: string): Promise<void>;
  makeHost(identity: string): Promise<void>;
  /** A token that lets others in, for a link or a `join` of yours; only where rooms need tokens. */
  invite(invitation?: Invitation): Promise<Invited>;
  /**
   * Has the chat kept: what is said to everybody from now on is there when all have left, and when the
   * server was restarted. Off deletes it. `room.info.chatKept` says to everybody whether it is kept.
   */
  keepChat(on: boolean): Promise<void>;
  /** Deletes the chat, whether it is kept or not. */
  clearChat(): Promise<void>;
  /** Ends the meeting for everybody; a chat that is kept stays. */
  end(): Promise<void>;
}

/** What an invitation gives: never more than the host's own token, and for no longer. */
export interface Invitation {
  /** What others read; without it the guest says. */
  readonly name?: string;
  /** All that the host may, except to moderate, if it is not said. */
  readonly can?: Permissions;
  /** How long it is good; a day if it is not said. */
  readonly seconds?: number;
}

// ---- people and tracks -----------------------------------------------------------------------

export interface Participant {
  readonly identity: string;
  readonly name: string;
  readonly role: Role;
  /** 1, 2, 3 … by arrival. */
  readonly order: number;
  readonly presence: Presence;
  /** Place in the queue of raised hands from 1, or `undefined`. */
  readonly hand: number | undefined;
  readonly can: Readonly<Permissions>;
  readonly isMe: boolean;
  /** No person but what sends by WHIP: it receives and reads nothing. */
  readonly program: boolean;
  readonly tracks: readonly Track[];
  /** The first track of a source. */
  track(source: Source): Track | undefined;
  readonly speaking: boolean;
  /** Of the voice, 0 to 1; renewed five times a second without a `change`. By the server it is one or the other. */
  readonly level: number;
  readonly connection: Connection;
  /** The browser's own object, for what is missing here; another one after a repair, one for all by the server. */
  readonly peerConnection?: RTCPeerConnection | undefined;
}

export interface Connection {
  readonly state: 'new' | 'connecting' | 'connected' | 'reconnecting' | 'failed';
  readonly path: Path;
  readonly transport: PathTransport;
  readonly quality: Quality;
  /** Why the quality is not good: `loss`, `bitrate`, `noMedia`, `disconnected`; otherwise none. */
  readonly reason: QualityReason;
}

/** `server`: the room's sound and pictures go through the server, which forwards them. */
export type Path = 'direct' | 'relayed' | 'server' | 'unknown';
export type PathTransport = 'udp' | 'tcp' | 'tls' | 'unknown';
export type Quality = 'good' | 'fair' | 'poor' | 'lost' | 'unknown';
/** `cpu`: it is this computer that does not keep up, not the line. */
export type QualityReason = 'none' | 'loss' | 'bitrate' | 'cpu' | 'noMedia' | 'disconnected';

export interface Track {
  /** Unique in the room while it lives. */
  readonly id: string;
  readonly source: Source;
  readonly kind: 'audio' | 'video';
  readonly muted: boolean;
  readonly ended: boolean;
  /** It is encrypted end to end, and the key given to `join` does not open it: its sender has another, or you have none. */
  readonly locked: boolean;
  /** Which share a screen's picture and sound belong to. */
  readonly share: string | undefined;
  /** `undefined` while it is announced but not yet here, or muted and not captured. */
  readonly mediaStreamTrack: MediaStreamTrack | undefined;
  /** Shows or plays it in the given element, or in a new one; follows when the device changes. */
  attach(): HTMLVideoElement | HTMLAudioElement;
  attach<E extends HTMLMediaElement>(element: E): E;
  /** From one element, or from all. */
  detach(element?: HTMLMediaElement): void;
}

export interface Share {
  readonly id: string;
  readonly video: Track;
  readonly audio: Track | undefined;
}

// ---- messages and files ----------------------------------------------------------------------

export interface Message {
  readonly id: string;
  /** Identity and, as it was then, name of who said it. */
  readonly from: string;
  readonly name: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The one it is for, or `undefined` for everybody. */
  readonly to: string | undefined;
  readonly file: FileOffer | undefined;
  readonly mine: boolean;
  readonly state: 'sending' | 'sent' | 'notDelivered';
  /** Why it was not delivered. */
  readonly problem: Problem | undefined;
}

export interface FileTransfer {
  readonly offer: FileOffer;
  /** `waiting`: for the path to the one who offers. It goes on where it stopped after a cut. */
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly receivedBytes: number;
  readonly problem: Problem | undefined;
  /** The whole file, its hash checked. */
  readonly blob: Promise<Blob>;
  on(event: 'change', listener: () => void): () => void;
  cancel(): void;
}

// ---- devices ---------------------------------------------------------------------------------

export interface DeviceInfo {
  readonly id: string;
  readonly label: string;
}

export interface Device {
  /** Whether it sends: the person's will, kept over everything. */
  readonly on: boolean;
  /** It is being opened. */
  readonly busy: boolean;
  readonly deviceId: string | undefined;
  readonly label: string;
  readonly track: MediaStreamTrack | undefined;
  /** Why it is off although it was wanted. */
  readonly problem: Problem | undefined;
}

export interface MediaEvents {
  change: [];
  /** The microphone's loudness, 0 to 1, about ten times a second, while somebody listens. */
  level: [level: number];
  problem: [problem: Problem];
}

/** Microphone, camera and speaker of this page: before a room (`openMedia()`) and in it. */
export interface Media {
  /** Whether this page may ask for devices at all (https, or localhost). */
  readonly available: boolean;
  readonly canShareScreen: boolean;
  readonly canChooseSpeaker: boolean;
  readonly microphone: Device;
  readonly camera: Device;
  readonly speakerId: string;
  /** Labels are empty until a permission was given. */
  readonly microphones: readonly DeviceInfo[];
  readonly cameras: readonly DeviceInfo[];
  readonly speakers: readonly DeviceInfo[];
  on<E extends keyof MediaEvents>(event: E, listener: (...args: MediaEvents[E]) => void): () => void;
  setMicrophone(on: boolean): Promise<boolean>;
  setCamera(on: boolean): Promise<boolean>;
  useMicrophone(deviceId: string): Promise<boolean>;
  useCamera(deviceId: string): Promise<boolean>;
  /** Where sound comes out: the room's, and that of elements handed to `speak`. */
  useSpeaker(deviceId: string): Promise<boolean>;
  /** Shows the camera (mirrored by your own CSS) in an element, following device changes. */
  preview(element: HTMLVideoElement): () => void;
  /** Closes all devices. A room does it by itself when left. */
  close(): void;
}

export interface MediaOptions {
  microphone?: boolean | string | MediaStreamTrack;
  camera?: boolean | string | MediaStreamTrack;
  speaker?: string;
  language?: string;
}

// ---- numbers ---------------------------------------------------------------------------------

export interface Stats {
  readonly identity: string;
  readonly path: Path;
  readonly transport: PathTransport;
  readonly rttMs: number | undefined;
  /** Of what came in, over the last seconds. */
  readonly lossPercent: number;
  /** Bits a second. */
  readonly bitrateIn: number;
  readonly bitrateOut: number;
  readonly availableOut: number | undefined;
  readonly incoming: readonly StreamStats[];
  readonly outgoing: readonly StreamStats[];
  readonly quality: Quality;
  readonly reason: QualityReason;
}

export interface StreamStats {
  readonly kind: 'audio' | 'video';
  readonly source: Source | undefined;
  readonly codec: string;
  /** Bits a second. */
  readonly bitrate: number;
  readonly lossPercent: number;
  readonly jitterMs: number | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly framesPerSecond: number | undefined;
  /** Share of sound that had to be invented, in percent. */
  readonly concealedPercent: number | undefined;
  readonly freezes: number | undefined;
  /**
   * What holds an outgoing picture back: `none`, `cpu`, `bandwidth`, `other`. Bandwidth counts once
   * the stream had time to find out what its path carries, and if that is little.
   */
  readonly limitedBy: string | undefined;
  /** Of a camera that goes to the server in several sizes: `q` a quarter, `h` half, `f` full. */
  readonly layer: string | undefined;
  /** Nobody looks at it in this size now, so that nothing of it is sent. */
  readonly resting: boolean;
}
