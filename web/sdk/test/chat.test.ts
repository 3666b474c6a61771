import { describe, expect, it } from 'vitest';
import { Chat } from '../src/chat';

const me = { identity: 'me', name: 'Me' };
const message = (from: string, id: string, at: number) => ({ id, from, name: from, text: id, at });

describe('the chat', () => {
  it('holds a message once, from whichever way it comes', () => {
    const chat = new Chat();
    expect(chat.hear(message('ann', '1', 10), 'me')).toBeDefined();
    expect(chat.hear(message('ann', '1', 10), 'me')).toBeUndefined();
    expect(chat.hear(message('bob', '1', 11), 'me')).toBeDefined();
    chat.say('2', me, 'hi', undefined, undefined, 12);
    expect(chat.hear(message('me', '2', 13), 'me')).toBeUndefined();
    expect(chat.lines.map(({ from, id, state }) => `${from}${id} ${state}`)).toEqual(['ann1 sent', 'bob1 sent', 'me2 sent']);
  });

  it('puts what was missed in its place, and what is on its way last', () => {
    const chat = new Chat();
    chat.hear(message('ann', '1', 10), 'me');
    chat.say('mine', me, 'mine', undefined, undefined, 11);
    chat.hear(message('ann', '3', 30), 'me');
    chat.hear(message('ann', '2', 20), 'me');
    expect(chat.lines.map(({ id }) => id)).toEqual(['1', '2', '3', 'mine']);
  });

  it('forgets the oldest beyond a thousand', () => {
    const chat = new Chat();
    for (let at = 1; at <= 1010; at++) chat.hear(message('ann', `${at}`, at), 'me');
    expect(chat.lines).toHaveLength(1000);
    expect(chat.lines[0]!.id).toBe('11');
  });
});
