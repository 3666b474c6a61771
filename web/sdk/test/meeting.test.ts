import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Meeting } from '../src/meeting';
import type { MadangError } from '../src/problem';
import type { JoinOptions, State } from '../src/types';
import { FakeRoom } from './fake-room';

// One participation alone, without media: what it makes of what the room says.

let room: FakeRoom;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', class {
    readonly id = 'stream';
  });
  room = new FakeRoom();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(options: JoinOptions = {}): Meeting {
  return new Meeting('room', { language: 'en', ...options }, room.open('ann'));
}

async function enter(options: JoinOptions = {}): Promise<Meeting> {
  const meeting = open(options);
  await pass(10);
  await meeting.entering;
  return meeting;
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('a participation', () => {
  it('rejects with the room’s own words when it is turned away', async () => {
    room.interfere = () => 'room-full';
    const refused = open().entering.catch((error: MadangError) => error);
    await pass(10);
    expect(await refused).toMatchObject({ code: 'room-full', message: 'refused', help: 'help' });
  });

  it('rejects when the server never answers', async () => {
    room.interfere = () => 'silence';
    const refused = open().entering.catch((error: MadangError) => error);
    await pass(25_000);
    expect(await refused).toMatchObject({ code: 'unreachable', help: expect.stringMatching(/\./) });
  });

  it('goes through its states and says each once', async () => {
    const meeting = open();
    const states: State['name'][] = [];
    let changes = 0;
    meeting.on('state', ({ name }) => states.push(name));
    meeting.on('change', () => changes++);
    await pass(10);
    room.cut('ann');
    expect(meeting.state).toMatchObject({ name: 'reconnecting', code: 'server-away' });
    room.mend('ann');
    await pass(10);
    void meeting.leave();
    await pass(600);
    expect(states).toEqual(['connected', 'reconnecting', 'connected', 'lost']);
    expect(meeting.state.code).toBe('left');
    expect(changes).toBeGreaterThan(0);
  });

  it.each(['removed', 'ended', 'replaced', 'declined', 'empty'] as const)('is lost for good when it is %s', async (code) => {
    const meeting = await enter();
    const ended: string[] = [];
    meeting.on('ended', (problem) => ended.push(problem.code));
    room.tell('ann', 'ended', { code, message: 'm', help: 'h' });
    await pass(10);
    expect(meeting.state).toEqual({ name: 'lost', code, message: 'm', help: 'h' });
    expect(ended).toEqual([code]);
    const asked = room.asked.length;
    await pass(600_000);
    expect(room.asked.length).toBe(asked);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes back after the server was restarted', async () => {
    const meeting = await enter();
    room.tell('ann', 'ended', { code: 'closing', message: 'm', help: 'h' });
    await pass(10);
    expect(meeting.state).toMatchObject({ name: 'reconnecting', code: 'closing' });
    room.forget('ann');
    room.mend('ann');
    await pass(10);
    expect(meeting.state.name).toBe('connected');
  });

  it('gives up after five minutes without the server, and says which messages were not delivered', async () => {
    const meeting = await enter();
    room.cut('ann');
    const message = meeting.say('anybody?');
    await pass(290_000);
    expect([meeting.state.name, message.state]).toEqual(['reconnecting', 'sending']);
    await pass(20_000);
    expect([meeting.state.code, message.state, message.problem?.code]).toEqual(['unreachable', 'notDelivered', 'not-delivered']);
    expect(meeting.say('later').state).toBe('notDelivered');
  });

  it('says a message again that was refused, when asked to', async () => {
    const meeting = await enter();
    room.interfere = (_, name) => (name === 'say' ? 'too-long' : undefined);
    const message = meeting.say('x');
    await pass(10);
    expect([message.state, message.problem?.code]).toEqual(['notDelivered', 'too-long']);
    room.interfere = () => undefined;
    expect(meeting.sayAgain(message.id)).toBe(message);
    await pass(10);
    expect([message.state, room.chat.length]).toEqual(['sent', 1]);
  });

  it('says the same message once although its answer was lost', async () => {
    const meeting = await enter();
    const message = meeting.say('once');
    room.cut('ann');
    await pass(10);
    room.mend('ann');
    await pass(10);
    expect([message.state, room.chat.length, meeting.chat.length]).toEqual(['sent', 1, 1]);
  });

  it('slows down when it is too fast, and loses nothing', async () => {
    const meeting = await enter();
    let left = 2;
    room.interfere = (_, name) => (name === 'say' && left-- > 0 ? 'too-fast' : undefined);
    for (const text of ['a', 'b', 'c']) meeting.say(text);
    await pass(5000);
    expect(room.chat.map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('passes on what a host may not, and that there is no way now', async () => {
    const meeting = await enter();
    room.interfere = (_, name) => (name === 'lock' ? 'not-host' : undefined);
    const refused = meeting.host.lock(true).catch(({ code }: MadangError) => code);
    await pass(10);
    expect(await refused).toBe('not-host');
    room.cut('ann');
    expect(await meeting.host.lock(true).catch(({ code }: MadangError) => code)).toBe('not-connected');
  });

  it('hands a host the invitation that the room makes', async () => {
    const meeting = await enter();
    const made = Promise.all([meeting.host.invite({ name: 'Bo', seconds: 60 }), meeting.host.invite()]);
    await pass(10);
    expect(await made).toMatchObject([{ token: 'for Bo', until: 60_000 }, { token: 'for anybody', until: 86_400_000 }]);
  });

  it('asks for a fresh token each time it comes back', async () => {
    const token = vi.fn(async () => 'fresh');
    await enter({ token });
    room.cut('ann');
    room.mend('ann');
    await pass(10);
    expect(token).toHaveBeenCalledTimes(2);
  });

  it('raises its hand again when the room had forgotten it', async () => {
    const meeting = await enter();
    void meeting.raiseHand(true);
    await pass(10);
    expect(meeting.hands).toEqual([meeting.me]);
    room.cut('ann');
    room.forget('ann');
    room.mend('ann');
    await pass(10);
    expect(meeting.hands).toEqual([meeting.me]);
  });

  it('joins once although an answer is late and the way breaks meanwhile', async () => {
    const meeting = await enter();
    room.interfere = (_, name) => (name === 'join' ? 'silence' : undefined);
    room.cut('ann');
    room.mend('ann');
    await pass(10);
    room.interfere = () => undefined;
    room.cut('ann');
    room.mend('ann');
    await pass(5000);
    expect(meeting.state.name).toBe('connected');
    expect(room.asked.filter((each) => each === 'ann join')).toHaveLength(3);
  });

  it('keeps knocks in step', async () => {
    const meeting = await enter();
    room.tell('ann', 'knocked', { knock: { identity: 'bob', name: 'Bob' } });
    room.tell('ann', 'knocked', { knock: { identity: 'bob', name: 'Bob B' } });
    await pass(10);
    expect(meeting.knocks).toEqual([{ identity: 'bob', name: 'Bob B' }]);
    room.tell('ann', 'knockEnded', { identity: 'bob' });
    await pass(10);
    expect(meeting.knocks).toEqual([]);
  });

  it('survives messages of a newer room', async () => {
    const meeting = await enter();
    room.tell('ann', 'unheardOf' as never, { x: 1 } as never);
    room.tell('ann', 'reacted', { from: 'nobody', emoji: 'x' });
    room.tell('ann', 'participantLeft', { identity: 'nobody', reason: 'left' });
    room.tell('ann', 'negotiated', { from: 'nobody', instance: 'x', candidate: { candidate: 'c' } });
    await pass(10);
    expect(meeting.state.name).toBe('connected');
  });
});
