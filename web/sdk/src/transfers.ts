import { Fetch, Shelf, type FileChannel } from './files';
import type { Person } from './person';
import { MadangError, type Say } from './problem';
import { randomWord } from './secrets';
import { sha256 } from './sha256';
import type { FileOffer } from './types';

export interface TransfersOutput {
  /** Who offers a file and is in the room. */
  owner(offer: FileOffer): Person | undefined;
  /** Whether the server would pass on no question to them. */
  barred(owner: Person): boolean;
  /** A channel to them, or `undefined` while there is no path. */
  open(owner: Person): FileChannel | undefined;
}

/** The files of a room: those that this page offers, and those that it fetches. */
export class Transfers {
  private readonly shelf = new Shelf();
  private readonly fetches = new Map<string, Fetch>();

  constructor(
    private readonly say: Say,
    private readonly output: TransfersOutput,
  ) {}

  /** Puts a file up for one or all others. */
  async offer(file: File, to: string | undefined): Promise<FileOffer> {
    let hash: string;
    try {
      hash = await sha256(file);
    } catch {
      throw MadangError.of(this.say('file-unreadable'));
    }
    const offer = {
      id: randomWord(),
      name: (file.name || 'file').slice(-255),
      size: file.size,
      type: file.type.slice(0, 128),
      sha256: hash,
    };
    this.shelf.put(offer.id, file, to);
    return offer;
  }

  /** Serves one fetch of somebody. */
  serve(channel: FileChannel, from: string): void {
    this.shelf.serve(channel, from);
  }

  fetch(offer: FileOffer): Fetch {
    const running = this.fetches.get(offer.id);
    if (running && running.state !== 'failed' && running.state !== 'cancelled') return running;
    const { output } = this;
    const fetch = new Fetch(offer, this.say, {
      own: () => this.shelf.take(offer.id),
      hopeless: () => {
        const owner = output.owner(offer);
        return !owner ? 'file-gone' : output.barred(owner) ? 'not-allowed' : undefined;
      },
      open: () => {
        const owner = output.owner(offer);
        return owner && output.open(owner);
      },
    });
    this.fetches.set(offer.id, fetch);
    // Through the server few come at a time.
    fetch.on('change', () => {
      if (fetch.state !== 'waiting') this.look();
    });
    return fetch;
  }

  /** Something about the ways to the others changed. */
  look(): void {
    for (const fetch of this.fetches.values()) fetch.look();
  }
}
