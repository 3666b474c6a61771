import { Negotiation, type Negotiating } from './negotiation';
import type { Sealing } from './sealing';
import type { Path, PathTransport } from './types';

/** What this page sends to everybody now. */
export interface Outgoing {
  /** Microphone and camera travel together in it, so that lips and voice agree. */
  readonly stream: MediaStream;
  /** What the room allows: who may not publish says so in every description, or it is refused. */
  readonly direction: RTCRtpTransceiverDirection;
  readonly microphone: MediaStreamTrack | null;
  readonly camera: MediaStreamTrack | null;
  readonly shares: Iterable<OutgoingShare>;
  /** Encrypts from end to end, if the room is for that. */
  readonly sealing?: Sealing | undefined;
}

export interface OutgoingShare {
  readonly id: string;
  readonly stream: MediaStream;
}

export interface PeerOutput {
  /** To the other side by signaling. */
  send(message: Negotiating): void;
  stateChanged(): void;
  /** Media arrives; without `streamId` the far browser named no stream, and `first` says whether it is the first of its kind. */
  track(track: MediaStreamTrack, streamId: string | undefined, first: boolean): void;
  data(data: string | ArrayBuffer, reliable: boolean): void;
  fileAsked(channel: RTCDataChannel): void;
  /** Before the path is looked for anew: relay credentials that are good for a while. */
  freshServers(): Promise<RTCIceServer[] | undefined>;
  /** This connection is beyond repair: build another. With `said`, the other side already did. */
  rebuild(said?: Negotiating[]): void;
}

export interface PeerOptions {
  readonly configuration: RTCConfiguration;
  readonly polite: boolean;
  /** Makes the first offer. */
  readonly starter: boolean;
  readonly outgoing: Outgoing;
  /** The other's identity. */
  readonly from: string;
}

/**
 * One peer connection with one page of another participant.
 *
 * Microphone and camera have their places in it from the beginning, so that switching devices or
 * switching off needs no negotiation; shares come and go with one. When the path dies it is looked
 * for anew (ICE restart), three times, then the connection is built anew.
 *
 *     new ──► connecting ──► connected ◄──► reconnecting ──► failed (and rebuilt)
 */
export class Peer {
  readonly connection: RTCPeerConnection;
  state: 'new' | 'connecting' | 'connected' | 'reconnecting' | 'failed' = 'new';
  path: Path = 'unknown';
  transport: PathTransport = 'unknown';

  private readonly negotiation: Negotiation;
  private readonly reliable: RTCDataChannel;
  private readonly fast: RTCDataChannel;
  private microphone?: RTCRtpTransceiver;
  private camera?: RTCRtpTransceiver;
  private readonly shares = new Map<string, RTCRtpTransceiver[]>();
  private waiting: (string | ArrayBuffer | ArrayBufferView<ArrayBuffer>)[] = [];
  private waitingBytes = 0;
  private stood = false;
  private attempts = 0;
  private timer?: ReturnType<typeof setTimeout>;
  private closed = false;

  constructor(
    private readonly options: PeerOptions,
    private readonly output: PeerOutput,
  ) {
    const connection = (this.connection = new RTCPeerConnection(options.configuration));
    this.negotiation = new Negotiation(connection, options.polite, options.starter, {
      send: (message) => output.send(message),
      offered: () => this.adopt(),
      broken: () => this.rebuild(),
      replaced: (said) => this.rebuild(said),
    });
    connection.ontrack = ({ track, streams, transceiver }) => {
      options.outgoing.sealing?.open(transceiver, options.from);
      output.track(track, streams[0]?.id, firstOfItsKind(connection, transceiver));
    };
    connection.onconnectionstatechange = () => this.watch();
    connection.ondatachannel = ({ channel }) => {
      if (channel.protocol === FILE_PROTOCOL) output.fileAsked(channel);
      else channel.close();
    };
    this.reliable = this.channel('reliable', 0, {});
    this.fast = this.channel('fast', 1, { ordered: false, maxRetransmits: 0 });
    if (options.starter) this.plan();
    this.arm(options.starter ? PATIENCE_CONNECTING : PATIENCE_OFFER);
  }

  receive(message: Negotiating): void {
    this.negotiation.receive(message);
  }

  setMicrophone(track: MediaStreamTrack | null): void {
    this.microphone?.sender.replaceTrack(track).catch(() => this.rebuild());
  }

  setCamera(track: MediaStreamTrack | null): void {
    this.camera?.sender.replaceTrack(track).catch(() => this.rebuild());
  }

  addShare({ id, stream }: OutgoingShare): void {
    if (this.closed) return;
    this.shares.set(
      id,
      stream.getTracks().map((track) =>
        this.place(track, {
          direction: 'sendonly',
          streams: [stream],
          sendEncodings: [{ maxBitrate: track.kind === 'video' ? SCREEN_BITRATE : MUSIC_BITRATE }],
        }),
      ),
    );
  }

  removeShare(id: string): void {
    for (const transceiver of this.shares.get(id) ?? []) transceiver.stop();
    this.shares.delete(id);
  }

  /** Whether what is sent goes at once. */
  ready(reliable: boolean): boolean {
    return (reliable ? this.reliable : this.fast).readyState === 'open';
  }

  /** Reliable messages wait for the path, up to a megabyte. False: it did not go. */
  send(data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>, reliable: boolean): boolean {
    const channel = reliable ? this.reliable : this.fast;
    if (channel.readyState === 'open') {
      // An unreliable message that would wait is late already.
      if (!reliable && channel.bufferedAmount > MOST_LATE_BYTES) return false;
      if (channel.bufferedAmount > MOST_BUFFERED_BYTES) return false;
      channel.send(data as string);
      return true;
    }
    const size = typeof data === 'string' ? data.length * 2 : data.byteLength;
    if (!reliable || this.closed || this.waitingBytes + size > MOST_WAITING_BYTES) return false;
    this.waiting.push(data);
    this.waitingBytes += size;
    return true;
  }

  openFileChannel(): RTCDataChannel {
    return this.connection.createDataChannel('file', { protocol: FILE_PROTOCOL });
  }

  /** The way by the server stands again: what was lost is said again, a dead path looked for. */
  resync(): void {
    this.negotiation.resync();
    if (this.connection.connectionState !== 'connected') this.arm(this.options.starter ? 1000 : 3000);
  }

  useServers(iceServers: RTCIceServer[]): void {
    if (this.closed) return;
    this.connection.setConfiguration({ ...this.options.configuration, iceServers });
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.negotiation.close();
    const { connection } = this;
    connection.ontrack = connection.onconnectionstatechange = connection.ondatachannel = null;
    connection.onnegotiationneeded = connection.onicecandidate = null;
    connection.close();
  }

  private place(track: MediaStreamTrack | string, init: RTCRtpTransceiverInit): RTCRtpTransceiver {
    const place = this.connection.addTransceiver(track, init);
    this.options.outgoing.sealing?.seal(place);
    return place;
  }

  /** The places for microphone and camera, and the shares that run. */
  private plan(): void {
    const { stream, direction, microphone, camera, shares } = this.options.outgoing;
    const planned: RTCRtpTransceiverInit = { direction, streams: [stream] };
    this.microphone = this.place('audio', planned);
    this.camera = this.place('video', { ...planned, sendEncodings: [{ maxBitrate: CAMERA_BITRATE }] });
    this.setMicrophone(microphone);
    this.setCamera(camera);
    for (const share of shares) if (!this.shares.has(share.id)) this.addShare(share);
  }

  /** Answers the first offer in the very places it brought. */
  private async adopt(): Promise<void> {
    const { outgoing } = this.options;
    const place = async (planned: RTCRtpTransceiver | undefined, kind: string, track: MediaStreamTrack | null) => {
      if (planned?.mid) return planned;
      // Planned in an offer that was taken back.
      planned?.stop();
      const offered = this.connection.getTransceivers().find((each) => each.mid && each.receiver.track.kind === kind);
      if (!offered) return undefined;
      outgoing.sealing?.seal(offered);
      offered.direction = outgoing.direction;
      offered.sender.setStreams?.(outgoing.stream);
      await offered.sender.replaceTrack(track);
      return offered;
    };
    this.microphone = await place(this.microphone, 'audio', outgoing.microphone);
    this.camera = await place(this.camera, 'video', outgoing.camera);
    for (const share of outgoing.shares) if (!this.shares.has(share.id)) this.addShare(share);
    if (outgoing.direction === 'sendonly' || outgoing.direction === 'inactive') {
      for (const each of this.connection.getTransceivers()) if (each.direction === 'recvonly') each.direction = 'inactive';
    }
    if (this.connection.connectionState !== 'connected') this.arm(PATIENCE_CONNECTING);
  }

  private channel(name: string, id: number, init: RTCDataChannelInit): RTCDataChannel {
    const channel = this.connection.createDataChannel(name, { ...init, negotiated: true, id });
    const reliable = id === 0;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = ({ data }) => this.output.data(data, reliable);
    channel.onopen = () => {
      if (!reliable) return;
      const waiting = this.waiting;
      this.waiting = [];
      this.waitingBytes = 0;
      for (const data of waiting) channel.send(data as string);
    };
    return channel;
  }

  private watch(): void {
    const starter = this.options.starter;
    switch (this.connection.connectionState) {
      case 'connected':
        this.stood = true;
        this.attempts = 0;
        clearTimeout(this.timer);
        this.tune();
        return this.enter('connected');
      case 'disconnected':
        // It often comes back by itself within a moment.
        this.arm(starter ? 2500 : 5000);
        return this.enter('reconnecting');
      case 'failed':
        this.arm(starter ? 0 : 2500);
        return this.enter(this.stood ? 'reconnecting' : 'failed');
      case 'connecting':
        return this.enter(this.stood ? 'reconnecting' : 'connecting');
    }
  }

  private enter(state: Peer['state']): void {
    if (state === this.state) return;
    this.state = state;
    this.output.stateChanged();
  }

  private arm(milliseconds: number): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.repair(), milliseconds);
  }

  private async repair(): Promise<void> {
    if (this.closed || this.connection.connectionState === 'connected') return;
    if (++this.attempts > MOST_RESTARTS) return this.rebuild();
    const servers = await this.output.freshServers();
    if (this.closed) return;
    if (servers) this.useServers(servers);
    if (this.connection.remoteDescription) this.connection.restartIce();
    else if (this.microphone) this.negotiation.resync();
    else {
      // The offer we waited for does not come: make it.
      this.plan();
      this.negotiation.start();
    }
    this.arm(PATIENCE_RESTART);
  }

  private rebuild(said?: Negotiating[]): void {
    if (this.closed) return;
    this.close();
    this.enter(this.stood ? 'reconnecting' : 'failed');
    this.output.rebuild(said);
  }

  /** Bounds for a camera whose place the other side made. */
  private tune(): void {
    const sender = this.camera?.sender;
    const parameters = sender?.getParameters();
    const encoding = parameters?.encodings?.[0];
    if (!sender || !parameters || !encoding || encoding.maxBitrate) return;
    encoding.maxBitrate = CAMERA_BITRATE;
    sender.setParameters(parameters).catch(() => {
      // A browser that does not take it sends as it likes.
    });
  }
}

function firstOfItsKind(connection: RTCPeerConnection, transceiver: RTCRtpTransceiver): boolean {
  const kind = transceiver.receiver.track.kind;
  return connection.getTransceivers().find((each) => each.mid && each.receiver.track.kind === kind) === transceiver;
}

export const FILE_PROTOCOL = 'madang-file';
const CAMERA_BITRATE = 1_500_000;
export const SCREEN_BITRATE = 2_500_000;
export const MUSIC_BITRATE = 96_000;
const MOST_LATE_BYTES = 64 * 1024;
// Browsers throw at 16 MB.
const MOST_BUFFERED_BYTES = 8 * 1024 * 1024;
const MOST_WAITING_BYTES = 1024 * 1024;
const MOST_RESTARTS = 3;
const PATIENCE_CONNECTING = 15_000;
const PATIENCE_OFFER = 10_000;
const PATIENCE_RESTART = 10_000;
