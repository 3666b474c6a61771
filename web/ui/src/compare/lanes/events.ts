import { head, standing, type Hear, type Lane } from './lane.ts';

/** Server-Sent Events down, one POST for each message up. */
export class EventLane implements Lane {
  broken = false;
  spent = 0;
  private readonly source: EventSource;

  private constructor(private readonly at: string) {
    this.source = new EventSource(at);
  }

  static async open(grant: string, number: number, hear: Hear): Promise<Lane> {
    const lane = new EventLane(`/compare/events?grant=${grant}&lane=${number}`);
    lane.source.onmessage = ({ data }: MessageEvent<string>) => {
      const now = performance.now();
      hear(head(data), now);
      lane.spent += data.length;
    };
    await standing((stands, fails) => {
      lane.source.onopen = stands;
      lane.source.onerror = () => {
        // A browser would come again by itself, as another stream.
        lane.broken = true;
        lane.source.close();
        fails('no stream of events');
      };
    }).catch((why) => {
      lane.close();
      throw why;
    });
    return lane;
  }

  send(message: Uint8Array<ArrayBuffer>): void {
    this.spent += message.length;
    void fetch(this.at, { method: 'POST', body: message }).catch(() => undefined);
  }

  close(): void {
    this.source.close();
  }
}
