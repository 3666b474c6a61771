// Written from the records of dev.madang.room.SignalMessage, where each is explained.
// Do not edit; after a change there: ./mvnw test -Dtest=ContractTest -Dmadang.update=true

export interface Join {
  room: string;
  name?: string | null;
  token?: string | null;
  session: string;
  device: string;
  instance: string;
}

export type Leave = Record<string, never>;

export type Unload = Record<string, never>;

export interface Negotiate {
  to: string;
  instance: string;
  description?: Description | null;
  candidate?: Candidate | null;
}

export interface Publish {
  tracks: TrackInfo[];
}

export interface Say {
  id: string;
  text: string;
  to?: string | null;
  file?: FileOffer | null;
}

export interface React {
  emoji: string;
}

export interface RaiseHand {
  raised: boolean;
}

export interface Rename {
  name: string;
}

export type Relay = Record<string, never>;

export interface Up {
  connection: string;
  description: Description;
  tracks: SentTrack[];
}

export interface Receive {
  connection: string;
  on: boolean;
}

export interface DownAnswer {
  connection: string;
  number: number;
  description: Description;
}

export interface Look {
  sights: Sight[];
}

export interface Detour {
  identity: string;
}

export interface Lock {
  locked: boolean;
}

export interface Admit {
  identity?: string | null;
}

export interface Decline {
  identity: string;
}

export interface Mute {
  identity?: string | null;
  source: Source;
}

export interface Remove {
  identity: string;
}

export interface MakeHost {
  identity: string;
}

export interface Invite {
  name?: string | null;
  can?: Permissions | null;
  seconds?: number | null;
}

export type End = Record<string, never>;

export interface SetLobby {
  on: boolean;
}

export interface KeepChat {
  on: boolean;
}

export type ClearChat = Record<string, never>;

export interface Joined {
  you: ParticipantInfo;
  resumed: boolean;
  room: RoomInfo;
  participants: ParticipantInfo[];
  chat: ChatMessage[];
  waiting: Knock[];
  iceServers: IceServer[];
}

export interface ParticipantJoined {
  participant: ParticipantInfo;
}

export interface ParticipantChanged {
  participant: ParticipantInfo;
}

export interface ParticipantLeft {
  identity: string;
  reason: Departure;
}

export interface RoomChanged {
  room: RoomInfo;
  reason: RoomChange;
  by?: string | null;
}

export interface Negotiated {
  from: string;
  instance: string;
  description?: Description | null;
  candidate?: Candidate | null;
}

export interface Down {
  connection: string;
  number: number;
  description: Description;
  tracks: ReceivedTrack[];
}

export interface LayersWanted {
  connection: string;
  mid: string;
  layers: number;
}

export interface Speakers {
  active?: string | null;
  speaking: string[];
  limited: boolean;
}

export interface ConnectionLost {
  connection: string;
  up: boolean;
  reason: string;
}

export interface Said {
  message: ChatMessage;
}

export interface ChatCleared {
  by: string;
}

export interface Reacted {
  from: string;
  emoji: string;
}

export interface Knocked {
  knock: Knock;
}

export interface KnockEnded {
  identity: string;
}

export interface MuteAsked {
  by: string;
  source: Source;
}

export interface Ended {
  code: Ending;
  message: string;
  help: string;
}

export interface Waiting {
  identity: string;
  locked: boolean;
}

export interface Sent {
  id: string;
  at: number;
}

export interface Relays {
  iceServers: IceServer[];
}

export interface Invited {
  token: string;
  until: number;
}

export interface UpAnswer {
  description: Description;
}

export type Done = Record<string, never>;

export interface Refused {
  code: Refusal;
  message: string;
  help: string;
}

export interface Description {
  type: DescriptionType;
  sdp: string;
}

export interface Candidate {
  candidate: string;
  sdpMid?: string | null;
  sdpMLineIndex?: number | null;
  usernameFragment?: string | null;
}

export interface TrackInfo {
  id: string;
  source: Source;
  muted: boolean;
  sealed?: boolean | null;
}

export interface FileOffer {
  id: string;
  name: string;
  size: number;
  type: string;
  sha256: string;
}

export interface SentTrack {
  mid: string;
  id: string;
  source: Source;
}

export interface Sight {
  from: string;
  id: string;
  source: Source;
  height: number;
  pinned: boolean;
}

export type Source =
  | 'microphone'
  | 'camera'
  | 'screen'
  | 'screenAudio';

export interface Permissions {
  publish: boolean;
  subscribe: boolean;
  send: boolean;
  moderate: boolean;
}

export interface ParticipantInfo {
  identity: string;
  name: string;
  role: Role;
  order: number;
  instance: string;
  presence: Presence;
  hand?: number | null;
  can: Permissions;
  tracks: TrackInfo[];
  program: boolean;
}

export interface RoomInfo {
  name: string;
  locked: boolean;
  lobby: boolean;
  limit: number;
  topology: Topology;
  viewers: number;
  chatKept: boolean;
}

export interface ChatMessage {
  id: string;
  from: string;
  name: string;
  text: string;
  at: number;
  to?: string | null;
  file?: FileOffer | null;
}

export interface Knock {
  identity: string;
  name: string;
}

export interface IceServer {
  urls: string[];
  username?: string | null;
  credential?: string | null;
}

export type Departure =
  | 'left'
  | 'lost'
  | 'removed';

export type RoomChange =
  | 'asked'
  | 'removal'
  | 'people'
  | 'path'
  | 'viewers';

export interface ReceivedTrack {
  mid: string;
  from: string;
  id: string;
  source: Source;
}

export type Ending =
  | 'removed'
  | 'ended'
  | 'replaced'
  | 'declined'
  | 'empty'
  | 'closing'
  | 'failed';

export type Refusal =
  | 'needs-token'
  | 'bad-token'
  | 'expired-token'
  | 'early-token'
  | 'wrong-room'
  | 'bad-room-name'
  | 'bad-name'
  | 'room-full'
  | 'removed'
  | 'declined'
  | 'no-knocking'
  | 'too-many-knocks'
  | 'too-many-knocks-of-network'
  | 'too-many-rooms'
  | 'too-many-rooms-of-network'
  | 'too-many-joins'
  | 'not-joined'
  | 'already-joined'
  | 'not-host'
  | 'not-allowed'
  | 'no-token-needed'
  | 'no-such-participant'
  | 'stale-instance'
  | 'away'
  | 'not-kept'
  | 'too-many-kept'
  | 'too-many-kept-of-network'
  | 'no-media'
  | 'bad-description'
  | 'stale-offer'
  | 'too-fast'
  | 'unknown-message'
  | 'bad-message'
  | 'too-long';

export type DescriptionType =
  | 'offer'
  | 'answer'
  | 'pranswer'
  | 'rollback';

export type Role =
  | 'host'
  | 'guest';

export type Presence =
  | 'online'
  | 'reconnecting';

export type Topology =
  | 'mesh'
  | 'server';

/** What a client sends: event name → its one argument. */
export interface ClientMessages {
  join: Join;
  leave: Leave;
  unload: Unload;
  negotiate: Negotiate;
  publish: Publish;
  say: Say;
  react: React;
  raiseHand: RaiseHand;
  rename: Rename;
  relay: Relay;
  up: Up;
  receive: Receive;
  downAnswer: DownAnswer;
  look: Look;
  detour: Detour;
  lock: Lock;
  admit: Admit;
  decline: Decline;
  mute: Mute;
  remove: Remove;
  makeHost: MakeHost;
  invite: Invite;
  end: End;
  setLobby: SetLobby;
  keepChat: KeepChat;
  clearChat: ClearChat;
}

/** What the room sends: event name → its one argument. */
export interface ServerMessages {
  joined: Joined;
  participantJoined: ParticipantJoined;
  participantChanged: ParticipantChanged;
  participantLeft: ParticipantLeft;
  roomChanged: RoomChanged;
  negotiated: Negotiated;
  down: Down;
  layersWanted: LayersWanted;
  speakers: Speakers;
  connectionLost: ConnectionLost;
  said: Said;
  chatCleared: ChatCleared;
  reacted: Reacted;
  knocked: Knocked;
  knockEnded: KnockEnded;
  muteAsked: MuteAsked;
  ended: Ended;
}

/** An acknowledgement says its own `type`. */
export type Answer =
  | ({ type: 'joined' } & Joined)
  | ({ type: 'waiting' } & Waiting)
  | ({ type: 'sent' } & Sent)
  | ({ type: 'relays' } & Relays)
  | ({ type: 'invited' } & Invited)
  | ({ type: 'upAnswer' } & UpAnswer)
  | { type: 'done' }
  | ({ type: 'refused' } & Refused);

/** What acknowledges each of the client's messages. */
export interface Answers {
  join: Extract<Answer, { type: 'joined' | 'waiting' | 'refused' }>;
  leave: Extract<Answer, { type: 'done' | 'refused' }>;
  unload: Extract<Answer, { type: 'done' | 'refused' }>;
  negotiate: Extract<Answer, { type: 'done' | 'refused' }>;
  publish: Extract<Answer, { type: 'done' | 'refused' }>;
  say: Extract<Answer, { type: 'sent' | 'refused' }>;
  react: Extract<Answer, { type: 'done' | 'refused' }>;
  raiseHand: Extract<Answer, { type: 'done' | 'refused' }>;
  rename: Extract<Answer, { type: 'done' | 'refused' }>;
  relay: Extract<Answer, { type: 'relays' | 'refused' }>;
  up: Extract<Answer, { type: 'upAnswer' | 'refused' }>;
  receive: Extract<Answer, { type: 'done' | 'refused' }>;
  downAnswer: Extract<Answer, { type: 'done' | 'refused' }>;
  look: Extract<Answer, { type: 'done' | 'refused' }>;
  detour: Extract<Answer, { type: 'done' | 'refused' }>;
  lock: Extract<Answer, { type: 'done' | 'refused' }>;
  admit: Extract<Answer, { type: 'done' | 'refused' }>;
  decline: Extract<Answer, { type: 'done' | 'refused' }>;
  mute: Extract<Answer, { type: 'done' | 'refused' }>;
  remove: Extract<Answer, { type: 'done' | 'refused' }>;
  makeHost: Extract<Answer, { type: 'done' | 'refused' }>;
  invite: Extract<Answer, { type: 'invited' | 'refused' }>;
  end: Extract<Answer, { type: 'done' | 'refused' }>;
  setLobby: Extract<Answer, { type: 'done' | 'refused' }>;
  keepChat: Extract<Answer, { type: 'done' | 'refused' }>;
  clearChat: Extract<Answer, { type: 'done' | 'refused' }>;
}

/** The most that is taken: characters of a text, elements of a list, value. */
export const LIMITS = {
  join: { room: 64, name: 64, token: 4096, session: 128, device: 128, instance: 64 },
  negotiate: { to: 128, instance: 64 },
  publish: { tracks: 16 },
  say: { id: 64, text: 4000, to: 128 },
  react: { emoji: 16 },
  rename: { name: 64 },
  up: { connection: 64, tracks: 32 },
  receive: { connection: 64 },
  downAnswer: { connection: 64, number: 2147483647 },
  look: { sights: 256 },
  detour: { identity: 128 },
  admit: { identity: 128 },
  decline: { identity: 128 },
  mute: { identity: 128 },
  remove: { identity: 128 },
  makeHost: { identity: 128 },
  invite: { name: 64, seconds: 31536000 },
} as const;
