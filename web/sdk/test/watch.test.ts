import { beforeEach, describe, expect, it } from 'vitest';
import { Person } from '../src/person';
import type { ParticipantInfo } from '../src/signal';
import { Watch } from '../src/watch';

let people: Person[];
let byServer: boolean;
let changes: number;
let seen: boolean;
let watch: Watch;

function person(identity: string): Person {
  const info = { identity, name: identity, role: 'guest', order: 1, instance: '', presence: 'online', tracks: [], program: false };
  return new Person({ ...info, can: { publish: true, subscribe: true, send: true, moderate: false } } as ParticipantInfo, false);
}

beforeEach(() => {
  people = ['ann', 'bob'].map(person);
  byServer = true;
  changes = 0;
  seen = true;
  watch = new Watch({ level: () => 0 } as never, {
    me: () => undefined,
    others: () => people,
    state: () => ({ name: 'connected' }),
    byServer: () => byServer,
    up: () => undefined,
    sees: () => seen,
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

  it('by the server is not good for long when nothing of a picture that is seen comes, though the microphone is off', async () => {
    const [ann] = people as [Person, Person];
    let seconds = 0;
    let packets = 0;
    const picture = () => ({ id: 'picture', type: 'inbound-rtp', kind: 'video', mid: '1', timestamp: seconds * 1000, bytesReceived: packets * 1000, packetsReceived: packets, packetsLost: 0 });
    const connection = { remoteDescription: {}, getTransceivers: () => [], getStats: async () => new Map([['picture', picture()]]) };
    Object.assign(ann, { byServer: true, down: { ...(link as object), connection, owners: new Map([['1', { from: 'ann', source: 'camera' }]]) } });
    ann.publish([{ id: 's', source: 'camera', muted: false }] as never, {} as never);
    const look = async (more: number) => {
      seconds++;
      packets += more;
      await watch.measureAll();
      return ann.connection.quality;
    };
    for (let i = 0; i < 3; i++) expect(await look(30)).toBe('good');
    expect([await look(0), await look(0)]).toEqual(['good', 'lost']);
    expect(ann.connection.reason).toBe('noMedia');
    expect(await look(30)).toBe('good');
    // A picture that nobody looks at is not sent.
    seen = false;
    for (let i = 0; i < 5; i++) expect(await look(0)).toBe('good');
    seen = true;
    expect([await look(0), await look(0), await look(0)]).toEqual(['good', 'good', 'lost']);
  });

  it('directly is what their own connection says', () => {
    const [ann] = people as [Person, Person];
    Object.assign(ann, { byServer: false, peer: link, measured: measured(0), presence: 'reconnecting' });
    expect(ann.connection.quality).toBe('good');
  });
});
