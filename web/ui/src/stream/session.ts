import type { Language } from '../words/words.svelte.ts';

/**
 * WHIP and WHEP as a browser speaks them: an offer by POST, the answer, an end by DELETE. What the
 * connection does is told in a few words.
 */
export type State = 'idle' | 'connecting' | 'flowing' | 'interrupted' | 'over';

/** The server said no, in a sentence; `again` if it is worth asking once more, after so many seconds. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    sentence: string,
    readonly again: number | undefined,
  ) {
    super(sentence);
  }
}

export class Session {
  readonly connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  state: State = 'connecting';
  private url: string | undefined;
  private language: Language | undefined;
  private closed = false;

  /** @param changed hears of every new state */
  constructor(
    private readonly path: string,
    private readonly token: string | undefined,
    private readonly changed: () => void,
  ) {
    this.connection.addEventListener('connectionstatechange', () => this.look());
  }

  /** Offers what the connection has, and takes the answer. */
  async begin(language: Language): Promise<void> {
    this.language = language;
    await this.connection.setLocalDescription();
    const answer = await fetch(this.path, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/sdp' },
      body: this.connection.localDescription!.sdp,
    });
    const text = await answer.text();
    if (answer.status !== 201) {
      const wait = Number(answer.headers.get('retry-after'));
      void this.close();
      throw new Refused(answer.status, text.trim(), wait > 0 ? wait : undefined);
    }
    this.url = answer.headers.get('location') ?? undefined;
    if (this.closed) {
      void this.goodbye();
      return;
    }
    await this.connection.setRemoteDescription({ type: 'answer', sdp: text });
    for (const { sender, receiver } of this.connection.getTransceivers()) {
      // A goodbye of the server shows here at once, and in the connection's state much later.
      const transport = sender.transport ?? receiver.transport;
      transport?.addEventListener('statechange', () => this.look());
    }
  }

  /** Returns the server's sentence about why it is over, where a host or the room ended it. */
  async close(): Promise<string> {
    if (this.closed) {
      return '';
    }
    this.closed = true;
    this.connection.close();
    return this.goodbye();
  }

  private async goodbye(): Promise<string> {
    const { url } = this;
    this.url = undefined;
    const answer =
      url === undefined
        ? undefined
        : await fetch(url, { method: 'DELETE', keepalive: true, headers: this.headers }).catch(() => undefined);
    return answer?.status === 410 ? (await answer.text()).trim() : '';
  }

  private get headers(): Record<string, string> {
    return {
      ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      ...(this.language === undefined ? {} : { 'accept-language': this.language }),
    };
  }

  private look(): void {
    const { connectionState } = this.connection;
    const said = this.connection
      .getTransceivers()
      .some(({ sender, receiver }) => (sender.transport ?? receiver.transport)?.state === 'closed');
    const state: State =
      this.closed || said || connectionState === 'failed' || connectionState === 'closed'
        ? 'over'
        : connectionState === 'connected'
          ? 'flowing'
          : connectionState === 'disconnected'
            ? 'interrupted'
            : 'connecting';
    if (state !== this.state) {
      this.state = state;
      this.changed();
    }
  }
}

/** What flows, over the time since the last look. */
export type Flow = {
  width: number;
  height: number;
  frames: number;
  bitrate: number;
  sound: boolean;
  layers: number;
  lost: number;
  transport: string;
};

type Report = { type: string; id: string; timestamp: number } & Record<string, unknown>;

/** Reads a connection again and again; the first look has nothing to compare with. */
export class Gauge {
  private before = new Map<string, Report>();

  constructor(private readonly connection: RTCPeerConnection) {}

  async look(): Promise<Flow | undefined> {
    const now = new Map<string, Report>();
    (await this.connection.getStats()).forEach((report: Report) => now.set(report.id, report));
    // Chromium leaves a pair nominated that a better one has replaced; Firefox has no transport.
    const carries = [...now.values()].find(({ type }) => type === 'transport')?.['selectedCandidatePairId'];
    const flow: Flow = { width: 0, height: 0, frames: 0, bitrate: 0, sound: false, layers: 0, lost: 0, transport: '' };
    let packets = 0;
    let compared = false;
    for (const report of now.values()) {
      if (report.id === carries || report['selected']) {
        flow.transport = String(now.get(String(report['localCandidateId']))?.['protocol'] ?? '');
      }
      const before = this.before.get(report.id);
      if (!/^(in|out)bound-rtp$/.test(report.type) || before === undefined) {
        continue;
      }
      const seconds = (report.timestamp - before.timestamp) / 1000;
      const more = (name: string) => Math.max(0, Number(report[name] ?? 0) - Number(before[name] ?? 0));
      const bytes = more('bytesSent') + more('bytesReceived');
      if (seconds <= 0) {
        continue;
      }
      compared = true;
      flow.bitrate += (bytes * 8) / seconds;
      flow.lost += more('packetsLost');
      packets += more('packetsReceived');
      if (report['kind'] === 'audio') {
        flow.sound ||= bytes > 0;
      } else if (bytes > 0) {
        flow.layers++;
        const height = Number(report['frameHeight'] ?? 0);
        if (height >= flow.height) {
          flow.height = height;
          flow.width = Number(report['frameWidth'] ?? 0);
          flow.frames = (more('framesEncoded') + more('framesDecoded')) / seconds;
        }
      }
    }
    this.before = now;
    flow.lost = packets > 0 ? flow.lost / (packets + flow.lost) : 0;
    return compared ? flow : undefined;
  }
}
