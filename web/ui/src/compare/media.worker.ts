// The far side of the page's media lane: each frame of sound, as it comes from the encoder, becomes a
// message, and what comes back is taken out before anybody would play it. Both by this one clock.
const ECHO = 0xc1;
const HEAD = 40;

/** What to send: a message of that workload in every frame; nothing: the sound itself. */
type Beat = { workload: number; size: number } | undefined;
/** What the page is told: a message left, an answer came, or sound went there and back. */
export type Told = { at: number; answer?: ArrayBuffer; sound?: true };

type Frame = { data: ArrayBuffer };
type Side = 'out' | 'back';
type Ends = { readable: ReadableStream<Frame>; writable: WritableStream<Frame> };

let beat: Beat;
let sent = 0;

const tell = (told: Omit<Told, 'at'>): void => {
  postMessage({ ...told, at: performance.timeOrigin + performance.now() } satisfies Told);
};

function out(frame: Frame, on: TransformStreamDefaultController<Frame>): void {
  if (beat !== undefined) {
    const message = new DataView(new ArrayBuffer(beat.size));
    message.setUint8(0, ECHO);
    message.setUint8(1, beat.workload);
    message.setUint32(4, sent++);
    frame.data = message.buffer;
    tell({});
  }
  on.enqueue(frame);
}

function back({ data }: Frame): void {
  if (data.byteLength >= HEAD && new DataView(data).getUint8(0) === ECHO) {
    tell({ answer: data.slice(0, HEAD) });
  } else {
    tell({ sound: true });
  }
}

function join({ readable, writable }: Ends, side: Side): void {
  const transform = side === 'out' ? out : back;
  void readable.pipeThrough(new TransformStream({ transform })).pipeTo(writable).catch(() => undefined);
}

addEventListener('message', ({ data }: MessageEvent<{ beat?: Beat } | { ends: Ends; side: Side }>) => {
  if ('ends' in data) {
    join(data.ends, data.side);
  } else {
    beat = data.beat;
    sent = 0;
  }
});

addEventListener('rtctransform', (event) => {
  const { transformer } = event as Event & { transformer: Ends & { options: Side } };
  join(transformer, transformer.options);
});
