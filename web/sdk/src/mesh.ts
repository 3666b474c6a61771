import type { Negotiating } from './negotiation';
import { Peer, type Outgoing, type OutgoingShare } from './peer';
import type { Person } from './person';
import type { IceServer } from './signal';

export interface MeshOutput {
  send(to: Person, message: Negotiating): void;
  /** A path appeared, changed or broke. */
  pathChanged(person: Person): void;
  arrived(person: Person, track: MediaStreamTrack, streamId: string | undefined, first: boolean): void;
  data(from: Person, data: string | ArrayBuffer, reliable: boolean): void;
  fileAsked(from: Person, channel: RTCDataChannel): void;
  /** No path was found so far, for the first time or again; the search goes on. */
  noPath(person: Person, first: boolean): void;
  /** Fresh relay credentials, if the present ones are old. */
  freshServers(): Promise<IceServer[] | undefined>;
}

/** Everybody to everybody: one peer connection with each other page. */
export class Mesh {
  servers: RTCIceServer[] = [];
  /** Everything goes through the server: nothing is built, and what breaks is not repaired. */
  resting = false;
  private readonly people = new Set<Person>();

  constructor(
    private readonly outgoing: Outgoing,
    private readonly policy: RTCIceTransportPolicy,
    private readonly output: MeshOutput,
  ) {}

  /** Connects to somebody, unless connected. Of two, the later one in the room begins and is the polite one. */
  connect(person: Person, me: Person): void {
    if (this.resting) return;
    this.people.add(person);
    if (person.peer || person.presence !== 'online') return;
    this.build(person, me.order > person.order, me.order > person.order);
  }

  /** Another page speaks for this person, or none does. */
  disconnect(person: Person): void {
    this.people.delete(person);
    person.disconnect();
  }

  disconnectAll(): void {
    for (const person of [...this.people]) this.disconnect(person);
  }

  resync(person?: Person): void {
    for (const each of person ? [person] : this.people) each.peer?.resync();
  }

  useServers(servers: readonly IceServer[]): void {
    this.servers = servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username && credential ? { username, credential } : {}),
    }));
    for (const { peer } of this.people) peer?.useServers(this.servers);
  }

  setMicrophone(track: MediaStreamTrack | null): void {
    for (const { peer } of this.people) peer?.setMicrophone(track);
  }

  setCamera(track: MediaStreamTrack | null): void {
    for (const { peer } of this.people) peer?.setCamera(track);
  }

  addShare(share: OutgoingShare): void {
    for (const { peer } of this.people) peer?.addShare(share);
  }

  removeShare(id: string): void {
    for (const { peer } of this.people) peer?.removeShare(id);
  }

  private build(person: Person, polite: boolean, starter: boolean): void {
    const { output } = this;
    const peer: Peer = new Peer(
      {
        polite,
        starter,
        from: person.identity,
        outgoing: this.outgoing,
        configuration: { iceServers: this.servers, iceTransportPolicy: this.policy, bundlePolicy: 'max-bundle', ...this.outgoing.sealing?.configuration },
      },
      {
        send: (message) => output.send(person, message),
        stateChanged: () => {
          if (peer.state === 'connected') person.rebuilds = 0;
          if (peer.state === 'failed' && !this.resting) output.noPath(person, person.rebuilds === 0);
          output.pathChanged(person);
        },
        track: (track, streamId, first) => output.arrived(person, track, streamId, first),
        data: (data, reliable) => output.data(person, data, reliable),
        fileAsked: (channel) => output.fileAsked(person, channel),
        freshServers: async () => ((await output.freshServers()) ? this.servers : undefined),
        rebuild: (said) => this.rebuild(person, peer, polite, said),
      },
    );
    person.peer = peer;
    output.pathChanged(person);
  }

  private rebuild(person: Person, old: Peer, polite: boolean, said: Negotiating[] | undefined): void {
    if (person.peer !== old || this.resting) return;
    if (said) {
      person.disconnect();
      this.build(person, polite, false);
      for (const message of said) person.peer!.receive(message);
      return;
    }
    person.rebuilds++;
    setTimeout(
      () => {
        if (person.peer !== old || this.resting) return;
        person.disconnect();
        this.build(person, polite, true);
      },
      Math.min(30_000, 250 * 2 ** person.rebuilds),
    );
  }
}
