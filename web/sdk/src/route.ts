import { Downlink, type DownlinkOutput, type Received } from './downlink';
import type { FileChannel } from './files';
import { whenItFlows } from './flow';
import type { Data } from './letters';
import type { Link, LinkOutput } from './link';
import { Mesh, type MeshOutput } from './mesh';
import type { Parcels } from './parcels';
import type { MadangError } from './problem';
import type { Outgoing, OutgoingShare } from './peer';
import type { Person } from './person';
import type { ClientMessages, ConnectionLost, Down, IceServer, LayersWanted, Topology } from './signal';
import type { Said } from './signaling';
import { Uplink } from './uplink';

export interface RouteOutput extends Omit<MeshOutput, 'fileAsked'> {
  fileAsked(from: { identity: string }, channel: FileChannel): void;
  ask<M extends keyof ClientMessages>(name: M, message: ClientMessages[M]): Promise<Said>;
  me(): Person | undefined;
  others(): Iterable<Person>;
  /** What carries this person's tracks may be another now. */
  carried(person: Person): void;
  linkChanged(): void;
  /** Messages to this page were dropped: it takes them too slowly. */
  missed(): void;
}

/**
 * Where sound and pictures go: straight to everybody, or through the server. When the room changes
 * over, the new way is built beside the old one, each track moves when it flows on the new, and the
 * old way is closed when all have moved.
 */
export class Route {
  readonly mesh: Mesh;
  up: Uplink | undefined;
  down: Downlink | undefined;
  topology: Topology = 'mesh';
  private received: readonly Received[] = [];
  private losses = 0;
  private again?: ReturnType<typeof setTimeout> | undefined;
  private closing?: ReturnType<typeof setTimeout> | undefined;
  private closingAt = Infinity;
  private parcels: Parcels | undefined;
  private loading: Promise<Parcels> | undefined;
  /** Messages of people of whom the room has not told yet. */
  private early: { from: string; data: string | ArrayBuffer; reliable: boolean; at: number }[] = [];

  constructor(
    private readonly outgoing: Outgoing,
    private readonly policy: RTCIceTransportPolicy,
    private readonly output: RouteOutput,
  ) {
    this.mesh = new Mesh(outgoing, policy, {
      ...output,
      arrived: (person, track, streamId, first) => {
        output.arrived(person, track, streamId, first);
        this.await(track);
      },
      pathChanged: (person) => {
        output.pathChanged(person);
        this.settle();
      },
    });
  }

  /** The room says which way to go; said again, it changes nothing. */
  follow(topology: Topology): void {
    this.topology = topology;
    this.mesh.resting = topology === 'server';
    this.stay();
    for (const person of this.output.others()) this.met(person);
    this.open();
    this.settle();
  }

  /** Back in the room: as the same one, or as somebody new. */
  resume(resumed: boolean, topology: Topology): void {
    if (!resumed) this.closeLinks();
    this.follow(topology);
    if (!resumed) return;
    this.up?.resume();
    this.down?.resume();
  }

  /** Somebody is here, or is otherwise than before. */
  met(person: Person): void {
    const me = this.output.me();
    if (!me) return;
    if (person.presence === 'online') this.mesh.connect(person, me);
    person.byServer = this.topology === 'server';
    person.up = this.up;
    person.down = this.down;
    person.forwarded.clear();
    for (const { from, id, source, track } of this.received) if (from === person.identity) person.forwarded.set(`${id}/${source}`, track);
    this.output.carried(person);
    const hers = this.early.filter(({ from, at }) => from === person.identity && at > Date.now() - EARLY);
    this.early = this.early.filter(({ from }) => from !== person.identity);
    for (const { data, reliable } of hers) this.output.data(person, data, reliable);
  }

  gone(person: Person): void {
    this.mesh.disconnect(person);
    this.settle();
  }

  useServers(servers: readonly IceServer[]): void {
    this.mesh.useServers(servers);
    for (const link of [this.up, this.down]) link?.connection.setConfiguration(this.configuration);
  }

  setMicrophone(track: MediaStreamTrack | null): void {
    this.mesh.setMicrophone(track);
    this.up?.setMicrophone(track);
  }

  setCamera(track: MediaStreamTrack | null): void {
    this.mesh.setCamera(track);
    this.up?.setCamera(track);
  }

  addShare(share: OutgoingShare): void {
    this.mesh.addShare(share);
    this.up?.addShare(share);
  }

  removeShare(id: string): void {
    this.mesh.removeShare(id);
    this.up?.removeShare(id);
  }

  /**
   * Each message takes one way, so that it comes once while the room changes over: the one that the
   * room takes if it stands, else the other. Returns to how many it went.
   */
  send(data: Data, reliable: boolean, to: string | undefined): number {
    const others = [...this.output.others()];
    const { letters } = this;
    const byServer = others.filter((person) => {
      if (to !== undefined && person.identity !== to) return false;
      const direct = person.peer?.ready(reliable);
      const server = letters?.ready(reliable);
      return this.topology === 'server' ? server || !direct : server && !direct;
    });
    const straight = others.filter((person) => (to === undefined || person.identity === to) && !byServer.includes(person));
    let count = straight.filter(({ peer }) => peer?.send(data, reliable)).length;
    if (byServer.length > 1 && byServer.length === others.length) {
      if (letters?.send('', data, reliable)) count += byServer.length;
    } else count += byServer.filter(({ identity }) => letters?.send(identity, data, reliable)).length;
    return count;
  }

  /** A channel by which a file comes from somebody; `undefined` while there is no way. */
  fileChannel({ peer, identity }: Person): FileChannel | undefined {
    if (peer?.state === 'connected') return peer.openFileChannel();
    if (this.topology !== 'server' || !this.letters?.ready(true)) return undefined;
    if (!this.parcels) void this.load().then(() => this.output.linkChanged());
    return this.parcels?.open(identity);
  }

  /** Few need them: a bundler may bring them when somebody does. */
  private load(): Promise<Parcels> {
    return (this.loading ??= import('./parcels').then(
      ({ Parcels }) =>
        (this.parcels = new Parcels({
          send: (to, parcel) => this.letters?.parcel(to, parcel) ?? false,
          asked: (identity, channel) => this.output.fileAsked({ identity }, channel),
        })),
    ));
  }

  offered(down: Down): void {
    if (down.connection === this.down?.name) this.down.receive(down);
  }

  wanted(layers: LayersWanted): void {
    if (layers.connection === this.up?.name) this.up.want(layers);
  }

  lost({ connection, up }: ConnectionLost): void {
    const link = up ? this.up : this.down;
    if (link?.name === connection) link.lose();
  }

  close(): void {
    this.stay();
    this.closeLinks();
    this.mesh.disconnectAll();
  }

  /** The connections with the server, as far as what is allowed needs them. */
  private open(): void {
    const { publish = false, subscribe = false } = this.output.me()?.can ?? {};
    if (this.up && this.up.publishes !== publish) this.dropUp();
    if (!subscribe) this.drop();
    if (this.topology !== 'server' || this.again) return;
    const output: Omit<LinkOutput, 'lost'> = {
      ask: this.output.ask,
      stateChanged: () => {
        if (this.down?.state === 'connected') this.losses = 0;
        this.output.linkChanged();
        this.settle();
      },
    };
    this.up ??= new Uplink(this.configuration, this.outgoing, {
      ...output,
      lost: () => this.rebuild(() => this.dropUp()),
      data: (from, data, reliable) => this.hear(from, data, reliable),
      parcel: (from, parcel) => void this.load().then((parcels) => parcels.receive(from, parcel)),
      missed: () => this.output.missed(),
    });
    if (subscribe && !this.down) this.receive(output);
    for (const person of this.output.others()) this.met(person);
  }

  /** The server passes nothing on for who may not write. */
  private get letters() {
    return this.output.me()?.can.send ? this.up?.letters : undefined;
  }

  private hear(from: string, data: string | ArrayBuffer, reliable: boolean): void {
    const person = [...this.output.others()].find(({ identity }) => identity === from);
    if (person) return this.output.data(person, data, reliable);
    this.early.push({ from, data, reliable, at: Date.now() });
    if (this.early.length > MOST_EARLY) this.early.shift();
  }

  private receive(output: Omit<LinkOutput, 'lost'>): void {
    const down: DownlinkOutput = {
      ...output,
      lost: () => this.rebuild(() => this.drop()),
      arrived: (received) => {
        this.received = received;
        for (const person of this.output.others()) this.met(person);
        for (const { track } of received) this.await(track);
      },
    };
    this.down = new Downlink(this.configuration, down, this.outgoing.sealing);
  }

  private rebuild(forget: () => void): void {
    forget();
    this.again ??= setTimeout(
      () => {
        this.again = undefined;
        this.open();
      },
      Math.min(30_000, 250 * 2 ** this.losses++),
    );
  }

  /** A track that flows may carry what another did. */
  private await(track: MediaStreamTrack): void {
    whenItFlows(track, () => {
      for (const person of this.output.others()) this.output.carried(person);
      this.settle();
    });
  }

  /** Closes the way that the room has left, once everything has moved to the other. */
  private settle(): void {
    const others = [...this.output.others()].filter(({ presence }) => presence === 'online');
    const byServer = this.topology === 'server';
    if (byServer) for (const person of others) if (person.peer && person.peer.state !== 'connected') this.leaveDirect(person);
    if (byServer ? !others.some(({ peer }) => peer) : !this.up && !this.down) return;
    const stands = (link: Link | undefined, needed: boolean | undefined) => !needed || link?.state === 'connected';
    const can = this.output.me()?.can;
    const built = byServer
      ? stands(this.up, true) && stands(this.down, can?.subscribe)
      : others.every(({ peer }) => peer?.state === 'connected');
    if (!built) return this.stay();
    // The others may take a moment longer to hear us on the new way.
    const wait = others.every((person) => person.moved) ? GRACE : MOST_WAIT;
    if (this.closingAt <= Date.now() + wait) return;
    this.stay();
    this.closingAt = Date.now() + wait;
    this.closing = setTimeout(() => this.leave(), wait);
  }

  private stay(): void {
    clearTimeout(this.closing);
    this.closingAt = Infinity;
  }

  private leave(): void {
    this.stay();
    if (this.topology === 'server') for (const person of this.output.others()) this.leaveDirect(person);
    else {
      if (this.down) this.output.ask('receive', { connection: this.down.name, on: false }).catch((_: MadangError) => {});
      this.closeLinks();
    }
    this.output.linkChanged();
  }

  private leaveDirect(person: Person): void {
    this.mesh.disconnect(person);
    this.output.carried(person);
  }

  private closeLinks(): void {
    clearTimeout(this.again);
    this.again = undefined;
    this.dropUp();
    this.drop();
  }

  private dropUp(): void {
    this.parcels?.close();
    this.up = closed(this.up);
  }

  private drop(): void {
    this.down = closed(this.down);
    this.received = [];
    for (const person of this.output.others()) this.met(person);
  }

  private get configuration(): RTCConfiguration {
    return { iceServers: this.mesh.servers, iceTransportPolicy: this.policy, bundlePolicy: 'max-bundle', ...this.outgoing.sealing?.configuration };
  }
}

function closed(link: Link | undefined): undefined {
  link?.close();
  return undefined;
}

const EARLY = 5000;
const MOST_EARLY = 100;
const GRACE = 1500;
const MOST_WAIT = 3000;
