import type { LaneName } from '../kinds.ts';
import { ChannelLane } from './channel.ts';
import { EventLane } from './events.ts';
import type { Hear, Lane } from './lane.ts';
import { PollingLane } from './polling.ts';
import { SocketIoLane } from './socketio.ts';
import { WebSocketLane } from './websocket.ts';

/** The server lets nobody measure now; `status` is why. */
export class NoGrant extends Error {
  constructor(readonly status: number) {
    super(`no grant: ${status}`);
  }
}

/** Opens lanes to this server, under one grant of it. */
export class Lanes {
  private opened = 0;

  private constructor(private readonly grant: string) {}

  static async ask(): Promise<Lanes> {
    const answer = await fetch('/api/compare', { method: 'POST' }).catch(() => undefined);
    if (answer?.status !== 201) {
      throw new NoGrant(answer?.status ?? 0);
    }
    return new Lanes(((await answer.json()) as { grant: string }).grant);
  }

  /** Opens a lane; ends when it stands. */
  open(kind: LaneName, hear: Hear): Promise<Lane> {
    switch (kind) {
      case 'websocket':
        return WebSocketLane.open(this.grant, hear);
      case 'socketio':
        return SocketIoLane.open(this.grant, hear);
      case 'polling':
        return PollingLane.open(this.grant, hear);
      case 'events':
        return EventLane.open(this.grant, this.opened++, hear);
      default:
        return ChannelLane.open(kind, this.grant, hear);
    }
  }

  /** Milliseconds that the server's loops have worked, or nothing. */
  async processor(): Promise<number | undefined> {
    try {
      const answer = await fetch(`/api/compare/processor?grant=${this.grant}`, { cache: 'no-store' });
      return answer.ok ? ((await answer.json()) as { milliseconds: number }).milliseconds : undefined;
    } catch {
      return undefined;
    }
  }

  /** Gives the grant back, when the goodbyes of the lanes have arrived. */
  close(): void {
    const end = () => fetch(`/api/compare?grant=${this.grant}`, { method: 'DELETE', keepalive: true });
    setTimeout(() => void end().catch(() => undefined), 300);
  }
}
