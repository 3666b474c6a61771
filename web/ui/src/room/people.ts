import type { Connection, Participant, Presence, Role, Room, Track } from '@madang/client';

/**
 * Plain pictures of the room's people: made anew at each change, so that the page redraws what
 * differs. A track stays the object that it is; its element follows it by itself.
 */
export type Person = {
  identity: string;
  name: string;
  role: Role;
  order: number;
  presence: Presence;
  hand: number | undefined;
  isMe: boolean;
  /** Sends by WHIP, reads nothing. */
  program: boolean;
  canPublish: boolean;
  canSend: boolean;
  speaking: boolean;
  muted: boolean;
  /** Some of what comes cannot be decrypted. */
  locked: boolean;
  camera: Track | undefined;
  connection: Connection;
};

/** One picture on the stage: a person's camera, or a screen. */
export type Tile = {
  key: string;
  person: Person;
  screen: Track | undefined;
};

export function picture(participant: Participant): Person {
  const microphone = participant.track('microphone');
  const camera = participant.track('camera');
  return {
    identity: participant.identity,
    name: participant.name,
    role: participant.role,
    order: participant.order,
    presence: participant.presence,
    hand: participant.hand,
    isMe: participant.isMe,
    program: participant.program,
    canPublish: participant.can.publish,
    canSend: participant.can.send,
    speaking: participant.speaking,
    muted: microphone === undefined || microphone.muted,
    locked: participant.tracks.some((track) => track.locked && !track.ended),
    camera: camera === undefined || camera.muted || camera.ended ? undefined : camera,
    connection: { ...connectionOf(participant) },
  };
}

function connectionOf(participant: Participant): Connection {
  const { state, path, transport, quality, reason } = participant.connection;
  return { state, path, transport, quality, reason };
}

/** Screens first, newest last, then the people by arrival with yourself at the end. */
export function tiles(room: Room, people: readonly Person[]): Tile[] {
  const screens: Tile[] = [];
  const faces: Tile[] = [];
  for (const person of people) {
    const participant = person.isMe ? room.me : room.participant(person.identity);
    for (const track of participant?.tracks ?? []) {
      if (track.source === 'screen' && !track.ended && !track.muted) {
        screens.push({ key: `${person.identity}/${track.share ?? track.id}`, person, screen: track });
      }
    }
    faces.push({ key: person.identity, person, screen: undefined });
  }
  return [...screens, ...faces];
}

export type Layout = 'grid' | 'speaker';

/**
 * Which picture is large: a pinned one; otherwise somebody else's newest screen; otherwise, in the
 * speaker layout, who speaks; otherwise none, and all are the same size.
 */
export function large(
  all: readonly Tile[],
  layout: Layout,
  pinned: string | undefined,
  speaker: string | undefined,
): Tile | undefined {
  const pin = all.find((tile) => tile.key === pinned);
  if (pin !== undefined) {
    return pin;
  }
  const screen = all.findLast((tile) => tile.screen !== undefined && !tile.person.isMe);
  if (screen !== undefined) {
    return screen;
  }
  if (layout === 'grid' || all.length < 2) {
    return undefined;
  }
  return (
    all.find((tile) => tile.key === speaker) ?? all.find((tile) => !tile.person.isMe) ?? all[0]
  );
}

/** More pictures than this at once are too small to read, and too much for a narrow line. */
const AT_ONCE = 9;

/**
 * The pictures of one page, the large one on each and yourself on the first; the others rest until
 * their page is turned to.
 */
export function paged(
  all: readonly Tile[],
  large: Tile | undefined,
  page: number,
): { shown: readonly Tile[]; page: number; pages: number } {
  const rest = all.filter((tile) => tile.key !== large?.key);
  const room = large === undefined ? AT_ONCE : AT_ONCE - 1;
  const mine = rest.findIndex((tile) => tile.person.isMe && tile.screen === undefined);
  if (mine >= room) {
    rest.splice(room - 1, 0, ...rest.splice(mine, 1));
  }
  const pages = Math.max(1, Math.ceil(rest.length / room));
  const at = Math.max(0, Math.min(page, pages - 1));
  const here = rest.slice(at * room, (at + 1) * room);
  return { shown: all.filter((tile) => tile.key === large?.key || here.includes(tile)), page: at, pages };
}
