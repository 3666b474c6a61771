import type { LaneName } from '../kinds.ts';
import { answered, ChannelLane } from './channel.ts';
import { EventLane } from './events.ts';
import { end, granted } from './grants.ts';
import type { Hear, Lane, Opens } from './lane.ts';
import { PollingLane } from './polling.ts';
import { SocketIoLane } from './socketio.ts';
import { WebSocketLane } from './websocket.ts';

/** Opens lanes to this server, under one grant of it. */
export class Lanes implements Opens {
  private opened = 0;

  private constructor(private readonly grant: string) {}

  static async ask(loss: number): Promise<Lanes> {
    return new Lanes((await granted(loss)).grant);
  }

  async open(kind: LaneName, hear: Hear): Promise<Lane> {
    switch (kind) {
      case 'websocket':
        return WebSocketLane.open(this.grant, hear);
      case 'socketio':
        return SocketIoLane.open(this.grant, hear);
      case 'polling':
        return PollingLane.open(this.grant, hear);
      case 'events':
        return EventLane.open(this.grant, this.opened++, hear);
      case 'media':
        return (await import('./media.ts')).MediaLane.open(this.grant, hear);
      default:
        return ChannelLane.open(kind, hear, (connection) => answered(this.grant, connection));
    }
  }

  async processor(): Promise<number | undefined> {
    try {
      const answer = await fetch(`/api/compare/processor?grant=${this.grant}`, { cache: 'no-store' });
      return answer.ok ? ((await answer.json()) as { milliseconds: number }).milliseconds : undefined;
    } catch {
      return undefined;
    }
  }

  close(): void {
    end(this.grant);
  }
}
