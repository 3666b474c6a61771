import { Link, type LinkOutput } from './link';
import type { MadangError } from './problem';
import type { Sealing } from './sealing';
import type { Down, ReceivedTrack } from './signal';

export interface DownlinkOutput extends LinkOutput {
  /** All that is received now. */
  arrived(tracks: readonly Received[]): void;
}

export interface Received extends ReceivedTrack {
  readonly track: MediaStreamTrack;
}

/** By which this page receives: the server offers whenever what there is changes, this page answers. */
export class Downlink extends Link {
  /** Whose each section of the connection is. */
  owners = new Map<string, ReceivedTrack>();
  private chain: Promise<void> = Promise.resolve();

  constructor(
    configuration: RTCConfiguration,
    protected override readonly output: DownlinkOutput,
    private readonly sealing?: Sealing,
  ) {
    super(configuration, output);
    this.resume();
  }

  receive(down: Down): void {
    this.chain = this.chain.then(() => this.answer(down)).catch((error) => this.failed(error as MadangError));
  }

  /** Asks for what there is; a server that had offered it offers it again. */
  resume(): void {
    this.output.ask('receive', { connection: this.name, on: true }).catch((error: MadangError) => this.failed(error));
  }

  protected repair(): void {
    // Nobody to receive from: no offer comes, and none is missed.
    if (this.connection.remoteDescription) this.lose();
  }

  private failed(error: MadangError): void {
    if (!this.closed) this.refused(error, () => this.resume());
  }

  private async answer({ number, description, tracks }: Down): Promise<void> {
    const { connection, name } = this;
    if (this.closed) return;
    await connection.setRemoteDescription(description);
    if (this.closed) return;
    this.owners = new Map(tracks.map((each) => [each.mid, each]));
    const received: Received[] = [];
    for (const place of connection.getTransceivers()) {
      const whose = place.mid && this.owners.get(place.mid);
      // What is nobody's yet is not to be seen either, when it is said to be somebody's.
      this.sealing?.open(place, whose ? whose.from : '');
      if (!whose) continue;
      received.push({ ...whose, track: place.receiver.track });
    }
    this.output.arrived(received);
    await connection.setLocalDescription();
    if (this.closed) return;
    const { type, sdp } = connection.localDescription!;
    try {
      await this.output.ask('downAnswer', { connection: name, number, description: { type, sdp } });
    } catch (error) {
      // A newer offer is on its way.
      if ((error as MadangError).code !== 'stale-offer') throw error;
    }
  }
}
