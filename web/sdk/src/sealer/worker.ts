import type { FromSealer, Stream, ToSealer } from './messages';
import { Chain, Counter, open, seal, stretch } from './frames';

// Runs beside a page, in a worker: encrypts what the page sends and decrypts what it receives.

interface Frame {
  data: ArrayBuffer;
  getMetadata?(): { readonly mimeType?: string };
}

interface Transformer extends ReadableWritablePair<Frame, Frame> {
  readonly options: Stream;
}

interface Scope {
  onmessage: (event: MessageEvent<ToSealer>) => void;
  onrtctransform: (event: { transformer: Transformer }) => void;
  postMessage(message: FromSealer): void;
}

const scope = globalThis as unknown as Scope;
let base: Promise<CryptoKey>;
const chains = new Map<string, Chain>();
/** Whose each incoming stream is; places in a connection serve one after the other. */
const owners = new Map<number, string>();
let generation = 0;

scope.onmessage = ({ data }) => {
  switch (data.is) {
    case 'key':
      base = stretch(data.key, data.room);
      break;
    case 'stream':
      run(data.stream, data);
      break;
    case 'owner':
      owners.set(data.id, data.identity);
      break;
    case 'turn':
      // One byte says which key it is.
      generation = Math.min(255, generation + 1);
      break;
  }
};
scope.onrtctransform = ({ transformer }) => run(transformer.options, transformer);

function run({ id, out, kind, identity }: Stream, { readable, writable }: ReadableWritablePair<Frame, Frame>): void {
  // What was said of it since is newer.
  if (!owners.has(id)) owners.set(id, identity);
  const transform = out ? sealing(kind, identity) : opening(id);
  // It ends with its connection.
  readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable).catch(() => {});
}

function sealing(kind: string, identity: string) {
  const counter = new Counter();
  return async (frame: Frame, to: TransformStreamDefaultController<Frame>) => {
    // Of another codec it is not known what has to stay readable.
    if (!/\/(vp8|opus)$/i.test(frame.getMetadata?.().mimeType ?? '/opus')) return;
    const turn = generation;
    frame.data = await seal(frame.data, kind, await chain(identity).key(turn), turn, counter);
    to.enqueue(frame);
  };
}

function opening(id: number) {
  let failures = 0;
  let told: boolean | undefined;
  let owner: string | undefined;
  const tell = (opened: boolean) => {
    if (told !== opened) scope.postMessage({ id, opened });
    told = opened;
  };
  return async (frame: Frame, to: TransformStreamDefaultController<Frame>) => {
    const now = owners.get(id)!;
    if (now !== owner) {
      owner = now;
      failures = 0;
      told = undefined;
    }
    try {
      frame.data = await open(frame.data, (turn) => chain(now).key(turn));
      failures = 0;
      tell(true);
      to.enqueue(frame);
    } catch {
      // Not shown: it would be noise, or what somebody put in its place.
      if (++failures >= HOPELESS) tell(false);
    }
  };
}

function chain(identity: string): Chain {
  let known = chains.get(identity);
  if (!known) chains.set(identity, (known = new Chain(base, identity)));
  return known;
}

/** One frame may be of the place's owner before. */
const HOPELESS = 5;
