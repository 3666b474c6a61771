import { describe, expect, it } from 'vitest';
import { Negotiation, sessionOf, type Negotiating } from '../src/negotiation';
import { Chance, FakeConnection, settled } from './fake-connection';
import { Random } from './random';

interface End {
  connection: FakeConnection;
  negotiation: Negotiation;
  inbox: Negotiating[];
  broken: unknown[];
  replaced: Negotiating[][];
}

/** Two real negotiations, the server between them: in order each way, and a cut loses what is under way. */
class Call {
  readonly chance: Chance;
  readonly polite: End;
  readonly impolite: End;
  private cut = false;
  private tracks = 0;

  constructor(seed: number, politeStarts = true) {
    this.chance = new Chance(new Random(seed));
    this.polite = this.end('P', true, politeStarts, () => this.impolite);
    this.impolite = this.end('I', false, !politeStarts, () => this.polite);
  }

  /** Something a person or a network does. */
  act(withCuts: boolean): void {
    const { random } = this.chance;
    const end = random.pick([this.polite, this.impolite]);
    switch (random.below(withCuts ? 5 : 4)) {
      case 0:
      case 1:
        return end.connection.add(`${end.connection.name}${++this.tracks}`);
      case 2:
        if (end.connection.remoteDescription) end.connection.restartIce();
        return;
      case 3:
        for (const each of [this.polite, this.impolite]) each.connection.add(`${each.connection.name}${++this.tracks}`);
        return;
      case 4:
        this.cut = true;
        this.polite.inbox.length = this.impolite.inbox.length = 0;
        this.chance.add(() => {
          this.cut = false;
          this.polite.negotiation.resync();
          this.impolite.negotiation.resync();
        });
    }
  }

  async run(steps: number, act: () => void): Promise<void> {
    for (let step = 0; step < steps; step++) {
      if (this.chance.random.below(6) === 0) act();
      await this.chance.step();
    }
    for (let left = 5000; left > 0; left--) if (!(await this.chance.step())) return;
    throw new Error('it never comes to rest');
  }

  converged() {
    const polite = this.polite.connection.agreement();
    const impolite = this.impolite.connection.agreement();
    return (
      polite.state === 'stable' &&
      impolite.state === 'stable' &&
      polite.lines.join() === impolite.lines.join() &&
      polite.wantsHeard &&
      impolite.wantsHeard &&
      polite.local === impolite.remote &&
      impolite.local === polite.remote &&
      !polite.restartPending &&
      !impolite.restartPending
    );
  }

  private end(name: string, isPolite: boolean, starts: boolean, far: () => End): End {
    const connection = new FakeConnection(name, this.chance);
    const end: End = { connection, inbox: [], broken: [], replaced: [], negotiation: undefined! };
    end.negotiation = new Negotiation(connection.asConnection(), isPolite, starts, {
      send: (message) => {
        if (this.cut) return;
        far().inbox.push(structuredClone(message));
        this.chance.add(() => {
          const first = far().inbox.shift();
          if (first) far().negotiation.receive(first);
        });
      },
      offered: () => {},
      broken: (cause) => end.broken.push(cause),
      replaced: (said) => end.replaced.push(said),
    });
    return end;
  }
}

describe('two negotiations', () => {
  it('agree in the end, whatever meets whatever', async () => {
    for (let seed = 1; seed <= 400; seed++) {
      const call = new Call(seed);
      call.polite.connection.add('P0');
      await call.run(40, () => call.act(false));
      expect(call.polite.broken.concat(call.impolite.broken), `seed ${seed}`).toEqual([]);
      expect(call.converged(), `seed ${seed}: ${JSON.stringify([call.polite.connection.agreement(), call.impolite.connection.agreement()])}`).toBe(true);
    }
  });

  it('hear every candidate of the path that counts', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const call = new Call(seed);
      call.polite.connection.add('P0');
      await call.run(40, () => call.act(false));
      for (const [end, far] of [
        [call.polite, call.impolite],
        [call.impolite, call.polite],
      ] as const) {
        const ufrag = end.connection.agreement().local;
        for (const number of [1, 2]) expect([...far.connection.gotCandidates], `seed ${seed}`).toContain(`${ufrag}c${number}`);
      }
    }
  });

  it('agree in the end although signaling breaks and loses what was under way', async () => {
    for (let seed = 1; seed <= 400; seed++) {
      const call = new Call(seed);
      call.polite.connection.add('P0');
      await call.run(60, () => call.act(true));
      expect(call.polite.broken.concat(call.impolite.broken), `seed ${seed}`).toEqual([]);
      expect(call.converged(), `seed ${seed}: ${JSON.stringify([call.polite.connection.agreement(), call.impolite.connection.agreement()])}`).toBe(true);
    }
  });

  it('begin without collision: who does not start waits for the first offer', async () => {
    const call = new Call(7);
    call.impolite.connection.add('I1');
    await call.run(0, () => {});
    expect(call.impolite.connection.signalingState).toBe('stable');
    expect(call.polite.connection.remoteDescription).toBeNull();
    call.polite.connection.add('P1');
    await call.run(0, () => {});
    expect(call.converged()).toBe(true);
    expect(call.polite.connection.agreement().lines).toEqual(['P1', 'I1']);
  });

  it('take an answer to an offer said twice for that offer alone', async () => {
    const call = new Call(3);
    call.polite.connection.add('P1');
    await call.run(0, () => {});
    const sent: Negotiating[] = [];
    const lone = new FakeConnection('L', call.chance);
    const negotiation = new Negotiation(lone.asConnection(), true, true, {
      send: (message) => sent.push(structuredClone(message)),
      offered: () => {},
      broken: (cause) => {
        throw cause;
      },
      replaced: () => {},
    });
    lone.add('L1');
    await drain(call.chance);
    const offer = sent.find(({ description }) => description)!.description!;
    const { version } = sessionOf(offer.sdp);
    const answer = { type: 'answer' as const, sdp: `v=0\r\no=- 5 1 IN IP4 0\r\na=lines:L1\r\na=ufrag:x\r\na=x-madang-answers:${version}\r\n` };
    negotiation.receive({ description: answer });
    lone.add('L2');
    await drain(call.chance);
    expect(lone.signalingState).toBe('have-local-offer');
    negotiation.receive({ description: answer });
    await drain(call.chance);
    expect(lone.signalingState).toBe('have-local-offer');
  });

  it('notice that the other side speaks for a new connection, and lose nothing it said', async () => {
    const call = new Call(11);
    call.polite.connection.add('P1');
    await call.run(0, () => {});
    const offer = { type: 'offer' as const, sdp: 'v=0\r\no=- 99 1 IN IP4 0\r\na=lines:N1\r\na=ufrag:n\r\n' };
    const candidate = { candidate: 'nc1', usernameFragment: 'n' };
    call.impolite.negotiation.receive({ description: offer });
    call.impolite.negotiation.receive({ candidate });
    await drain(call.chance);
    expect(call.impolite.replaced).toEqual([[{ description: offer }, { candidate }]]);
    expect(call.impolite.broken).toEqual([]);
  });

  it('keep a candidate that overtakes the first description', async () => {
    const chance = new Chance(new Random(1));
    const lone = new FakeConnection('L', chance);
    const negotiation = new Negotiation(lone.asConnection(), true, false, {
      send: () => {},
      offered: () => {},
      broken: () => {},
      replaced: () => {},
    });
    negotiation.receive({ candidate: { candidate: 'c1', usernameFragment: 'n' } });
    negotiation.receive({ description: { type: 'offer', sdp: 'v=0\r\no=- 99 1 IN IP4 0\r\na=lines:N1\r\na=ufrag:n\r\n' } });
    await drain(chance);
    expect([...lone.gotCandidates]).toEqual(['c1']);
  });

  it('say so when they can no longer agree', async () => {
    const call = new Call(12);
    call.polite.connection.add('P1');
    await call.run(0, () => {});
    call.impolite.negotiation.receive({
      description: { type: 'offer', sdp: `v=0\r\no=- ${call.polite.connection.session} 9 IN IP4 0\r\na=lines:X1\r\na=ufrag:n\r\n` },
    });
    await drain(call.chance);
    expect(call.impolite.broken).toHaveLength(1);
  });
});

async function drain(chance: Chance): Promise<void> {
  await settled();
  while (await chance.step());
}
