import { answered } from './channel.ts';
import type { Told } from '../media.worker.ts';
import type { Tally } from '../tally.ts';
import { ECHO } from '../tally.ts';
import { NoLane, standing, type Hear, type Lane } from './lane.ts';

type Ends = { readable: Transferable; writable: Transferable };
/** What Chromium had before the standard. */
type Older = { createEncodedStreams?: () => Ends };

const SCRIPTED = typeof RTCRtpScriptTransform !== 'undefined';

/**
 * Sound, sent by WebRTC as a voice in a room is, and given back by the server as it came. Every frame
 * of it is a message, so it goes by the encoder's beat and not by the page's.
 */
export class MediaLane implements Lane {
  broken = false;
  spent = 0;
  readonly connection = new RTCPeerConnection({ encodedInsertableStreams: !SCRIPTED } as RTCConfiguration);
  private readonly worker = new Worker(new URL('../media.worker.ts', import.meta.url), { type: 'module' });
  private readonly context = new AudioContext();
  private tally: Tally | undefined;

  static async open(grant: string, hear: Hear): Promise<Lane> {
    if (typeof RTCPeerConnection !== 'function') {
      throw new NoLane('this browser has no WebRTC');
    }
    if (!SCRIPTED && !('createEncodedStreams' in RTCRtpSender.prototype)) {
      throw new NoLane('this browser lets no page into its frames of sound');
    }
    const lane = new MediaLane();
    try {
      await lane.meet(grant, hear);
    } catch (why) {
      lane.close();
      throw why;
    }
    return lane;
  }

  /** It stands when sound has come back. */
  private async meet(grant: string, hear: Hear): Promise<void> {
    const { connection } = this;
    const { sender, receiver } = connection.addTransceiver(this.hum(), { direction: 'sendrecv' });
    this.join(sender, 'out');
    this.join(receiver, 'back');
    await connection.setLocalDescription();
    const sdp = await answered(grant, connection);
    await standing((stands, fails) => {
      this.worker.onmessage = ({ data }: MessageEvent<Told>) => {
        const at = data.at - performance.timeOrigin;
        if (data.sound) {
          stands();
        } else if (data.answer !== undefined) {
          hear(new DataView(data.answer), at);
          this.spent += this.tally?.workload.size ?? 0;
        } else if (this.tally !== undefined) {
          this.spent += this.tally.next(ECHO, at).length;
        }
      };
      connection.onconnectionstatechange = () => {
        if (connection.connectionState === 'failed') {
          this.broken = true;
          fails('the media connection did not stand');
        }
      };
      connection.setRemoteDescription({ type: 'answer', sdp }).catch(() => fails('no media'));
    });
  }

  /** A quiet tone: an encoder that hears nothing may say nothing. */
  private hum(): MediaStreamTrack {
    const to = this.context.createMediaStreamDestination();
    const tone = new OscillatorNode(this.context, { frequency: 440 });
    tone.connect(new GainNode(this.context, { gain: 0.05 })).connect(to);
    tone.start();
    return to.stream.getAudioTracks()[0]!;
  }

  private join(end: RTCRtpSender | RTCRtpReceiver, side: 'out' | 'back'): void {
    if (SCRIPTED) {
      end.transform = new RTCRtpScriptTransform(this.worker, side);
    } else {
      const ends = (end as unknown as Required<Older>).createEncodedStreams();
      this.worker.postMessage({ ends, side }, [ends.readable, ends.writable]);
    }
  }

  beats(tally: Tally | undefined): void {
    this.tally = tally;
    this.worker.postMessage({ beat: tally && { workload: tally.workload.number, size: tally.workload.size } });
  }

  /** Nothing goes by another's beat. */
  send(): void {}

  close(): void {
    this.connection.close();
    this.worker.terminate();
    void this.context.close();
  }
}
