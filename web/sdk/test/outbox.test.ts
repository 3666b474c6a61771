import { describe, expect, it } from 'vitest';
import { Outbox } from '../src/outbox';
import type { Say } from '../src/signal';
import type { Problem } from '../src/types';
import { settled } from './fake-connection';
import { Random } from './random';

const unanswered: Problem = { code: 'no-answer', message: '', help: '' };
const gone: Problem = { code: 'not-delivered', message: '', help: '' };

/** A room that knows a message by its id, behind a way that loses questions and answers. */
class LossyRoom {
  readonly heard: string[] = [];
  readonly ended = new Map<string, string[]>();
  up = true;
  readonly outbox: Outbox;

  constructor(
    private readonly random: Random,
    private readonly refuses: (say: Say) => Problem | undefined = () => undefined,
  ) {
    this.outbox = new Outbox(
      {
        deliver: async (say) => {
          await settled();
          if (!this.up || this.random.below(4) === 0) throw undefined;
          const refusal = this.refuses(say);
          if (refusal) throw refusal;
          if (!this.heard.includes(say.id)) this.heard.push(say.id);
          await settled();
          if (!this.up || this.random.below(4) === 0) throw undefined;
          return { id: say.id, at: 1 };
        },
        sent: ({ id }) => this.end(id, 'sent'),
        notDelivered: ({ id }, { code }) => this.end(id, code),
      },
      unanswered,
    );
  }

  private end(id: string, how: string) {
    this.ended.set(id, [...(this.ended.get(id) ?? []), how]);
  }
}

const say = (id: string): Say => ({ id, text: id });

describe('the outbox', () => {
  it('delivers once and in order, over any cut, or says that it did not', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed);
      const room = new LossyRoom(random);
      room.outbox.resume();
      const ids: string[] = [];
      for (let step = 0; step < 60; step++) {
        const what = random.below(6);
        if (what < 3) {
          ids.push(`m${step}`);
          room.outbox.add(say(`m${step}`));
        } else if (what === 3) {
          room.up = false;
          room.outbox.pause();
        } else {
          room.up = true;
          room.outbox.resume();
        }
        await settled();
      }
      room.up = true;
      room.outbox.resume();
      for (let turn = 0; turn < 600 && room.ended.size < ids.length; turn++) await settled();
      expect([...room.ended.keys()].sort(), `seed ${seed}`).toEqual([...ids].sort());
      for (const [id, hows] of room.ended) {
        expect(hows, `seed ${seed} ${id}`).toHaveLength(1);
        if (hows[0] === 'sent') expect(room.heard, `seed ${seed}`).toContain(id);
      }
      expect(new Set(room.heard).size, `seed ${seed}`).toBe(room.heard.length);
      expect(room.heard, `seed ${seed}`).toEqual(ids.filter((id) => room.heard.includes(id)));
    }
  });

  it('keeps what is said while the way is cut', async () => {
    const room = new LossyRoom(new Random(5));
    room.outbox.add(say('a'));
    await settled();
    expect(room.heard).toEqual([]);
    expect(room.ended.size).toBe(0);
  });

  it('passes on what the room refuses, and goes on', async () => {
    const refusal: Problem = { code: 'too-long', message: '', help: '' };
    const room = new LossyRoom(new Random(6), ({ id }) => (id === 'a' ? refusal : undefined));
    room.outbox.resume();
    for (const id of ['a', 'b']) room.outbox.add(say(id));
    for (let turn = 0; turn < 60; turn++) await settled();
    expect(room.ended.get('a')).toEqual(['too-long']);
    expect(room.heard).toEqual(['b']);
  });

  it('marks all that waits when it is over', async () => {
    const room = new LossyRoom(new Random(7));
    for (const id of ['a', 'b']) room.outbox.add(say(id));
    room.outbox.giveUp(gone);
    expect([...room.ended]).toEqual([
      ['a', ['not-delivered']],
      ['b', ['not-delivered']],
    ]);
  });
});
