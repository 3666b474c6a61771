import type { Candidate, Description } from './signal';

/** What a negotiation needs of an `RTCPeerConnection`. */
export type NegotiatedConnection = Pick<
  RTCPeerConnection,
  | 'signalingState'
  | 'localDescription'
  | 'remoteDescription'
  | 'setLocalDescription'
  | 'setRemoteDescription'
  | 'addIceCandidate'
  | 'onnegotiationneeded'
  | 'onicecandidate'
>;

/** What one side tells the other: a description or a candidate. */
export interface Negotiating {
  description?: Description | null;
  candidate?: Candidate | null;
}

export interface NegotiationOutput {
  /** To be handed to the other side, in this order. Called from a task of the negotiation. */
  send(message: Negotiating): void;
  /** A remote offer is set, its answer not yet made: the moment to answer with own tracks. */
  offered(): void | Promise<void>;
  /** The two connections cannot agree any more; this one is of no use. Nothing follows. */
  broken(cause: unknown): void;
  /** The other side speaks for a new connection of its own, which is told this. Nothing follows. */
  replaced(said: Negotiating[]): void;
}

/**
 * Perfect negotiation, the same code on both sides and one boolean of politeness: either side may
 * offer at any time; when two offers meet, the polite side takes its own back and the impolite one
 * overlooks the other's.
 *
 * Every step (an own offer, a remote description, a candidate) is a task, and tasks never overlap,
 * so a state once read stays true until the task ends. Signaling may lose what was under way when a
 * connection broke: `resync()` sends an unanswered offer again. An answer names the offer it is
 * for, so that an answer to an offer sent twice is not taken for one to the next.
 *
 * The one who does not `start` makes no offer before it has seen one: two who meet do not collide.
 */
export class Negotiation {
  private tail: Promise<void> = Promise.resolve();
  private closed = false;
  /** Received, not yet looked at. */
  private readonly inbox: Negotiating[] = [];
  /** Candidates that came before any description. */
  private early: Candidate[] = [];
  private remoteSession = '';

  constructor(
    private readonly connection: NegotiatedConnection,
    private readonly polite: boolean,
    private started: boolean,
    private readonly output: NegotiationOutput,
  ) {
    connection.onnegotiationneeded = () => this.task(() => this.offer());
    connection.onicecandidate = ({ candidate }) => {
      if (candidate?.candidate && !this.closed) this.output.send({ candidate: candidate.toJSON() as Candidate });
    };
  }

  receive(message: Negotiating): void {
    this.inbox.push(message);
    this.task(async () => {
      const { description, candidate } = this.inbox.shift()!;
      if (description?.type === 'offer') await this.receiveOffer(description);
      else if (description?.type === 'answer') await this.receiveAnswer(description);
      else if (candidate) await this.receiveCandidate(candidate);
    });
  }

  /** From now on this side may offer first. */
  start(): void {
    this.started = true;
    this.task(() => this.offer());
  }

  /** What was sent lately may be lost: says again what still waits for an answer. */
  resync(): void {
    this.task(async () => {
      if (this.connection.signalingState === 'have-local-offer') this.sendLocal();
    });
  }

  close(): void {
    this.closed = true;
  }

  /** Resolves when everything that was asked for until now is done. */
  idle(): Promise<void> {
    return this.tail;
  }

  private async offer(): Promise<void> {
    // While another offer is open the browser asks again as soon as the state is stable.
    if (!this.started || this.connection.signalingState !== 'stable') return;
    await this.connection.setLocalDescription();
    this.sendLocal();
  }

  private async receiveOffer(offer: Description): Promise<void> {
    const session = sessionOf(offer.sdp).id;
    if (this.remoteSession && session !== this.remoteSession) {
      this.close();
      return this.output.replaced([{ description: offer }, ...this.inbox]);
    }
    if (!this.polite && this.connection.signalingState !== 'stable') return;
    // Takes back an own offer by itself.
    await this.connection.setRemoteDescription(offer as RTCSessionDescriptionInit);
    this.remoteSession = session;
    this.started = true;
    await this.takeEarly();
    await this.output.offered();
    await this.connection.setLocalDescription();
    this.sendLocal(offer);
  }

  private async receiveAnswer(answer: Description): Promise<void> {
    const { connection } = this;
    if (connection.signalingState !== 'have-local-offer') return;
    const names = ANSWERS.exec(answer.sdp)?.[1];
    if (names && names !== sessionOf(connection.localDescription!.sdp).version) return;
    const session = sessionOf(answer.sdp).id;
    if (this.remoteSession && session !== this.remoteSession) throw new Error('the other side has a new connection');
    await connection.setRemoteDescription(answer as RTCSessionDescriptionInit);
    this.remoteSession = session;
    await this.takeEarly();
  }

  private async receiveCandidate(candidate: Candidate): Promise<void> {
    if (!this.connection.remoteDescription) {
      if (this.early.length < MOST_EARLY) this.early.push(candidate);
      return;
    }
    try {
      await this.connection.addIceCandidate(candidate as RTCIceCandidateInit);
    } catch {
      // Of an overlooked or taken back offer, or of a kind this browser does not know: the path is
      // found without it, or ICE says that none was.
    }
  }

  private async takeEarly(): Promise<void> {
    const early = this.early;
    this.early = [];
    for (const candidate of early) await this.receiveCandidate(candidate);
  }

  private sendLocal(answered?: Description): void {
    const local = this.connection.localDescription;
    if (!local || this.closed) return;
    const names = answered ? `a=${ANSWERS_NAME}:${sessionOf(answered.sdp).version}\r\n` : '';
    this.output.send({ description: { type: local.type, sdp: local.sdp + names } });
  }

  private task(step: () => Promise<void>): void {
    this.tail = this.tail.then(async () => {
      if (this.closed) return;
      try {
        await step();
      } catch (error) {
        if (this.closed) return;
        this.close();
        this.output.broken(error);
      }
    });
  }
}

/** Which connection speaks, and which of its descriptions: `o=- ID VERSION IN IP4 …`. */
export function sessionOf(sdp: string): { id: string; version: string } {
  const [, id = '', version = ''] = /^o=\S+ (\d+) (\d+)/m.exec(sdp) ?? [];
  return { id, version: `${id}.${version}` };
}

const ANSWERS_NAME = 'x-madang-answers';
const ANSWERS = new RegExp(`^a=${ANSWERS_NAME}:(\\S+)`, 'm');
const MOST_EARLY = 64;
