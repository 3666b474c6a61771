import type { NegotiatedConnection } from '../src/negotiation';
import type { Random } from './random';

/** Everything that could happen next; the seed decides what does. */
export class Chance {
  private readonly tasks: (() => void)[] = [];

  constructor(readonly random: Random) {}

  add(task: () => void): void {
    this.tasks.push(task);
  }

  /** Runs one task of those that are ready, then all promises that follow from it. */
  async step(): Promise<boolean> {
    if (this.tasks.length === 0) return false;
    const [task] = this.tasks.splice(this.random.below(this.tasks.length), 1);
    task!();
    await settled();
    return true;
  }
}

/** After all promises that can resolve have. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface Content {
  type: RTCSdpType;
  /** The media lines, by the track that began each: `A1`, `B1`, … */
  lines: string[];
  ufrag: string;
  sdp: string;
}

let sessions = 1000;

/**
 * An `RTCPeerConnection` as far as negotiation goes: signaling states, offers and answers whose
 * media lines must fit, implicit rollback, `negotiationneeded`, ICE generations and candidates.
 * Operations are chained as the specification says and end when the seed wants.
 */
export class FakeConnection {
  onnegotiationneeded: (() => void) | null = null;
  onicecandidate: ((event: RTCPeerConnectionIceEvent) => void) | null = null;
  signalingState: RTCSignalingState = 'stable';
  readonly gotCandidates = new Set<string>();
  readonly session = ++sessions;
  private readonly wanted: string[] = [];
  private version = 0;
  private restart = false;
  private generation = 0;
  private needed = false;
  private currentLocal: Content | null = null;
  private pendingLocal: Content | null = null;
  private currentRemote: Content | null = null;
  private pendingRemote: Content | null = null;
  private chain: Promise<unknown> = Promise.resolve();
  private chained = 0;

  constructor(
    readonly name: string,
    private readonly chance: Chance,
  ) {}

  get localDescription(): RTCSessionDescription | null {
    return description(this.pendingLocal ?? this.currentLocal);
  }

  get remoteDescription(): RTCSessionDescription | null {
    return description(this.pendingRemote ?? this.currentRemote);
  }

  /** Wants to send one track more. */
  add(track: string): void {
    this.wanted.push(track);
    this.check();
  }

  restartIce(): void {
    this.restart = true;
    this.check();
  }

  setLocalDescription(): Promise<void> {
    return this.operation(() => {
      if (this.signalingState === 'stable' || this.signalingState === 'have-local-offer') {
        this.pendingLocal = this.make('offer', this.unionOfLines());
        this.signalingState = 'have-local-offer';
      } else {
        const answer = this.make('answer', this.pendingRemote!.lines);
        this.restart = this.restart && answer.ufrag === this.currentLocal?.ufrag;
        this.currentRemote = this.pendingRemote;
        this.currentLocal = answer;
        this.becomeStable();
      }
    });
  }

  setRemoteDescription(given: RTCSessionDescriptionInit): Promise<void> {
    return this.operation(() => {
      const content = parse(given);
      if (content.type === 'offer') {
        if (this.signalingState === 'have-local-offer') this.pendingLocal = null;
        const known = (this.currentLocal ?? this.currentRemote)?.lines ?? [];
        if (known.some((line, at) => content.lines[at] !== line)) {
          throw new Error(`${this.name}: the order of media lines changed: ${known} -> ${content.lines}`);
        }
        this.pendingRemote = content;
        this.signalingState = 'have-remote-offer';
        return;
      }
      if (this.signalingState !== 'have-local-offer') throw new Error(`${this.name}: an answer in ${this.signalingState}`);
      if (content.lines.join() !== this.pendingLocal!.lines.join()) {
        throw new Error(`${this.name}: the answer ${content.lines} does not fit the offer ${this.pendingLocal!.lines}`);
      }
      if (this.restart && this.pendingLocal!.ufrag !== this.currentLocal?.ufrag) this.restart = false;
      this.currentLocal = this.pendingLocal;
      this.currentRemote = content;
      this.becomeStable();
    });
  }

  addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    return this.operation(() => {
      const ufrags = [this.pendingRemote?.ufrag, this.currentRemote?.ufrag];
      if (!ufrags.includes(candidate.usernameFragment!)) throw new Error('a candidate of an unknown generation');
      this.gotCandidates.add(candidate.candidate!);
    });
  }

  /** What both sides must agree on in the end. */
  agreement() {
    return {
      state: this.signalingState,
      lines: this.currentLocal?.lines ?? [],
      wantsHeard: this.wanted.every((track) => this.currentLocal?.lines.includes(track)),
      local: this.currentLocal?.ufrag,
      remote: this.currentRemote?.ufrag,
      restartPending: this.restart,
    };
  }

  asConnection(): NegotiatedConnection {
    return this as unknown as NegotiatedConnection;
  }

  private operation(act: () => void): Promise<void> {
    this.chained++;
    const done = this.chain.then(
      () =>
        new Promise<void>((resolve, reject) =>
          this.chance.add(() => {
            this.chained--;
            try {
              act();
              resolve();
            } catch (error) {
              reject(error);
            }
            this.check();
          }),
        ),
    );
    this.chain = done.catch(() => {});
    return done;
  }

  private make(type: RTCSdpType, lines: string[]): Content {
    const offered = this.pendingRemote;
    // A new generation: asked for by us, or begun by the other side's offer.
    const restarted = type === 'answer' && offered!.ufrag !== this.currentRemote?.ufrag;
    const ufrag =
      this.currentLocal && !this.restart && !restarted ? this.currentLocal.ufrag : `${this.name}u${++this.generation}`;
    if (ufrag !== this.currentLocal?.ufrag) {
      for (const number of [1, 2]) {
        const candidate = { candidate: `${ufrag}c${number}`, sdpMid: '0', usernameFragment: ufrag };
        this.chance.add(() =>
          this.onicecandidate?.({ candidate: { ...candidate, toJSON: () => candidate } } as unknown as RTCPeerConnectionIceEvent),
        );
      }
    }
    const sdp = `v=0\r\no=- ${this.session} ${++this.version} IN IP4 0.0.0.0\r\na=lines:${lines.join()}\r\na=ufrag:${ufrag}\r\n`;
    return { type, lines, ufrag, sdp };
  }

  private unionOfLines(): string[] {
    const known = this.currentLocal?.lines ?? [];
    return [...known, ...this.wanted.filter((track) => !known.includes(track))];
  }

  private becomeStable(): void {
    this.pendingLocal = this.pendingRemote = null;
    this.signalingState = 'stable';
    this.needed = false;
  }

  /** "Update the negotiation-needed flag" (WebRTC 4.7.3). */
  private check(): void {
    this.chance.add(() => {
      if (this.chained > 0 || this.signalingState !== 'stable') return;
      const needed = this.restart || this.wanted.some((track) => !this.currentLocal?.lines.includes(track));
      if (needed && !this.needed) {
        this.needed = true;
        this.onnegotiationneeded?.();
      } else if (!needed) this.needed = false;
    });
  }
}

function description(content: Content | null): RTCSessionDescription | null {
  return content as unknown as RTCSessionDescription | null;
}

function parse({ type, sdp = '' }: RTCSessionDescriptionInit): Content {
  const lines = /^a=lines:(.*)$/m.exec(sdp)![1]!.trim();
  return { type, sdp, lines: lines ? lines.split(',') : [], ufrag: /^a=ufrag:(.*)$/m.exec(sdp)![1]!.trim() };
}
