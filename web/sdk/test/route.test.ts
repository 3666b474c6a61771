import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Person } from '../src/person';
import { Route, type RouteOutput } from '../src/route';
import type { ParticipantInfo } from '../src/signal';

// Which way a message takes, while both ways come and go.

let people: Person[];
let me: Person;
let route: Route;
let sent: string[];
let heard: string[];
let taken: boolean;

function person(identity: string, isMe = false): Person {
  const info = { identity, name: identity, role: 'guest', order: 1, instance: '', presence: 'online', tracks: [], program: false };
  return new Person({ ...info, can: { publish: true, subscribe: true, send: true, moderate: false } } as ParticipantInfo, isMe);
}

function direct(identity: string, ready: boolean): void {
  const peer = { ready: () => ready, send: (data: string) => (sent.push(`${identity}${ready ? '' : ' waits'}: ${data}`), true) };
  people.find((each) => each.identity === identity)!.peer = peer as never;
}

function server(ready: boolean | undefined): void {
  const letters = { ready: () => ready, send: (to: string, data: string) => (sent.push(`server${ready ? '' : ' waits'} to ${to || 'all'}: ${data}`), taken) };
  route.up = (ready === undefined ? undefined : { letters }) as never;
}

beforeEach(() => {
  people = ['ann', 'bob'].map((identity) => person(identity));
  me = person('me', true);
  sent = [];
  heard = [];
  taken = true;
  const output: Partial<RouteOutput> = {
    me: () => me,
    others: () => people,
    carried: () => {},
    data: (from, data, reliable) => heard.push(`${from.identity} ${data} ${reliable}`),
  };
  route = new Route({} as never, 'all', output as RouteOutput);
  route.mesh.resting = true;
});

describe('a message', () => {
  it('goes straight where the room does, and waits for the path', () => {
    direct('ann', true);
    direct('bob', false);
    expect(route.send('x', true, undefined)).toBe(2);
    expect(sent).toEqual(['ann: x', 'bob waits: x']);
  });

  it('goes once by the server when the room does, to all at once', () => {
    route.topology = 'server';
    server(true);
    direct('ann', true);
    expect(route.send('x', true, undefined)).toBe(2);
    expect(route.send('y', true, 'bob')).toBe(1);
    expect(route.send('z', true, 'nobody')).toBe(0);
    expect(sent).toEqual(['server to all: x', 'server to bob: y']);
    taken = false;
    expect(route.send('x', true, undefined)).toBe(0);
  });

  it('takes the old way until the new one stands', () => {
    route.topology = 'server';
    server(false);
    direct('ann', true);
    expect(route.send('x', true, undefined)).toBe(2);
    expect(sent).toEqual(['ann: x', 'server waits to bob: x']);
    sent.length = 0;
    route.topology = 'mesh';
    server(true);
    direct('bob', false);
    expect(route.send('y', true, undefined)).toBe(2);
    expect(sent).toEqual(['ann: y', 'server to bob: y']);
    sent.length = 0;
    server(undefined);
    expect(route.send('z', true, undefined)).toBe(2);
    expect(sent).toEqual(['ann: z', 'bob waits: z']);
  });

  it('does not go by the server for who may not write', () => {
    me.can = { ...me.can, send: false };
    route.topology = 'server';
    server(true);
    expect(route.send('x', true, undefined)).toBe(0);
    expect(sent).toEqual([]);
  });

  it('is kept a moment for somebody of whom the room has not told yet', () => {
    vi.useFakeTimers();
    const hear = (from: string, data: string) => route['hear'](from, data, true);
    hear('ann', '1');
    hear('cem', '2');
    hear('cem', '3');
    const cem = person('cem');
    people.push(cem);
    route.met(cem);
    hear('dan', '4');
    vi.advanceTimersByTime(10_000);
    const dan = person('dan');
    people.push(dan);
    route.met(dan);
    expect(heard).toEqual(['ann 1 true', 'cem 2 true', 'cem 3 true']);
    vi.useRealTimers();
  });
});
