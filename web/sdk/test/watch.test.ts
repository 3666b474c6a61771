import { beforeEach, describe, expect, it } from 'vitest';
import { Person } from '../src/person';
import type { ParticipantInfo } from '../src/signal';
import { Watch } from '../src/watch';

let people: Person[];
let byServer: boolean;
let changes: number;
let watch: Watch;

function person(identity: string): Person {
  const info = { identity, name: identity, role: 'guest', order: 1, instance: '', presence: 'online', tracks: [], program: false };
  return new Person({ ...info, can: { publish: true, subscribe: true, send: true, moderate: false } } as ParticipantInfo, false);
}

beforeEach(() => {
  people = ['ann', 'bob'].map(person);
  byServer = true;
  changes = 0;
  watch = new Watch({ level: () => 0 } as never, {
    me: () => undefined,
    others: () => people,
    state: () => ({ name: 'connected' }),
    byServer: () => byServer,
    up: () => undefined,
    changed: () => changes++,
  });
});

describe('who speaks', () => {
  it('is what the server says, at once, while sound comes from it', () => {
    watch.tell({ active: 'bob', speaking: ['ann', 'bob'], limited: false });
    expect(people.map(({ speaking }) => speaking)).toEqual([true, true]);
    expect(watch.activeSpeaker?.identity).toBe('bob');
    expect(changes).toBe(1);
    watch.tell({ active: 'bob', speaking: [], limited: false });
    expect(people.map(({ speaking }) => speaking)).toEqual([false, false]);
    expect(watch.activeSpeaker?.identity).toBe('bob');
  });

  it('stays the last of the others when it is your turn', () => {
    watch.tell({ active: 'ann', speaking: ['ann'], limited: false });
    watch.tell({ active: 'me', speaking: ['me'], limited: false });
    expect(watch.activeSpeaker?.identity).toBe('ann');
  });

  it('is heard by the page itself again when sound comes directly', () => {
    watch.tell({ active: 'ann', speaking: ['ann'], limited: false });
    byServer = false;
    watch.tell({ active: 'bob', speaking: ['bob'], limited: false });
    expect(people.map(({ speaking }) => speaking)).toEqual([false, false]);
    expect(watch.activeSpeaker?.identity).toBe('ann');
  });
});

describe('how somebody is reached', () => {
  const measured = (bitrateIn: number) => ({ stats: { quality: 'good', reason: 'none', bitrateIn } }) as never;
  const link = { state: 'connected', path: 'server', transport: 'udp', connection: { remoteDescription: {} } } as never;

  it('by the server is lost when they are cut off and nothing of theirs comes, though the server is there', () => {
    const [ann] = people as [Person, Person];
    Object.assign(ann, { byServer: true, down: link, measured: measured(0) });
    expect(ann.connection.quality).toBe('good');
    ann.presence = 'reconnecting';
    expect(ann.connection).toMatchObject({ quality: 'lost', reason: 'disconnected' });
    ann.measured = measured(300_000);
    expect(ann.connection.quality).toBe('good');
  });

  it('directly is what their own connection says', () => {
    const [ann] = people as [Person, Person];
    Object.assign(ann, { byServer: false, peer: link, measured: measured(0), presence: 'reconnecting' });
    expect(ann.connection.quality).toBe('good');
  });
});
