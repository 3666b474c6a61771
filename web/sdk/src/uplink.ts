import { prefer, VP8 } from './codecs';
import { Letters, type LettersOutput } from './letters';
import { Link, PATIENCE, type LinkOutput } from './link';
import type { MadangError } from './problem';
import { MUSIC_BITRATE, SCREEN_BITRATE, type Outgoing, type OutgoingShare } from './peer';
import type { Sealing } from './sealing';
import type { LayersWanted, SentTrack, Source } from './signal';

export type UplinkOutput = LinkOutput & Pick<LettersOutput, 'data' | 'parcel' | 'missed'>;

/**
 * By which this page sends: microphone, camera in three sizes, of which the server forwards the one
 * that fits each receiver, and shares; and the messages of all. It makes every offer, one at a time.
 */
export class Uplink extends Link {
  private readonly places = new Map<RTCRtpTransceiver, { id: string; source: Source }>();
  readonly letters: Letters;
  /** Whether sound and pictures may be sent by it. */
  readonly publishes: boolean;
  private readonly microphone: RTCRtpTransceiver | undefined;
  private readonly camera: RTCRtpTransceiver | undefined;
  private readonly sealing: Sealing | undefined;
  private offering = false;
  private again = false;
  private restarts = 0;

  constructor(configuration: RTCConfiguration, outgoing: Outgoing, output: UplinkOutput) {
    super(configuration, output);
    const { stream, microphone, camera, direction, sealing } = outgoing;
    this.sealing = sealing;
    this.letters = new Letters(this.connection, {
      data: (from, data, reliable) => output.data(from, data, reliable),
      parcel: (from, parcel) => output.parcel(from, parcel),
      missed: () => output.missed(),
      broken: () => this.lose(),
    });
    this.publishes = direction.startsWith('send');
    if (this.publishes) {
      this.microphone = this.place('audio', 'microphone', stream);
      this.camera = this.place('video', 'camera', stream, SIZES);
      this.setMicrophone(microphone);
      this.setCamera(camera);
      for (const share of outgoing.shares) this.addShare(share);
    }
    this.connection.onnegotiationneeded = () => void this.offer();
  }

  setMicrophone(track: MediaStreamTrack | null): void {
    this.microphone?.sender.replaceTrack(track).catch(() => this.lose());
  }

  setCamera(track: MediaStreamTrack | null): void {
    this.camera?.sender.replaceTrack(track).catch(() => this.lose());
  }

  addShare({ stream }: OutgoingShare): void {
    if (this.closed || !this.publishes) return;
    for (const track of stream.getTracks()) {
      if (track.kind === 'video') this.place(track, 'screen', stream, [{ maxBitrate: SCREEN_BITRATE }]);
      else this.place(track, 'screenAudio', stream, [{ maxBitrate: MUSIC_BITRATE }]);
    }
  }

  removeShare(id: string): void {
    for (const [place, sent] of this.places) {
      if (sent.id !== id) continue;
      place.stop();
      this.places.delete(place);
    }
  }

  /** Layers that nobody looks at cost nothing. */
  want({ mid, layers }: LayersWanted): void {
    const sender = [...this.places.keys()].find((place) => place.mid === mid)?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters?.encodings) return;
    parameters.encodings.forEach((encoding, at) => (encoding.active = at < layers));
    sender.setParameters(parameters).catch(() => {
      // A browser that does not take it sends more than it must.
    });
  }

  override close(): void {
    super.close();
    this.letters.close();
  }

  resume(): void {
    if (this.connection.signalingState === 'have-local-offer') void this.offer();
  }

  protected override connected(): void {
    this.restarts = 0;
  }

  protected repair(): void {
    if (++this.restarts > MOST_RESTARTS) return this.lose();
    if (this.connection.remoteDescription) this.connection.restartIce();
    this.arm(PATIENCE);
  }

  private place(track: MediaStreamTrack | string, source: Source, stream: MediaStream, sendEncodings?: RTCRtpEncodingParameters[]) {
    const place = this.connection.addTransceiver(track, {
      direction: 'sendonly',
      streams: [stream],
      ...(sendEncodings ? { sendEncodings } : {}),
    });
    if (this.sealing) this.sealing.seal(place);
    else if (source === 'camera' || source === 'screen') prefer(place, VP8);
    this.places.set(place, { id: stream.id, source });
    return place;
  }

  private async offer(): Promise<void> {
    this.again = this.offering;
    if (this.offering) return;
    this.offering = true;
    const { connection, name } = this;
    try {
      await connection.setLocalDescription();
      const { type, sdp } = connection.localDescription!;
      const answer = await this.output.ask('up', { connection: name, description: { type, sdp }, tracks: this.sent() });
      if (!this.closed && answer.type === 'upAnswer') await connection.setRemoteDescription(answer.description);
    } catch (error) {
      if (!this.closed) this.refused(error as MadangError, () => this.resume());
    }
    this.offering = false;
    if (this.again && !this.closed) void this.offer();
  }

  private sent(): SentTrack[] {
    return [...this.places].flatMap(([{ mid }, sent]) => (mid ? [{ mid, ...sent }] : []));
  }
}

const SIZES: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
const MOST_RESTARTS = 3;
