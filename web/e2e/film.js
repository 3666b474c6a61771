// A short film in files, drawn and encoded by a browser: an IVF file of VP8 or H.264, and an Ogg file of Opus.
import { writeFileSync } from 'node:fs';

/**
 * @param page of a secure origin
 * @param {{seconds: number, codec?: 'VP8' | 'H264', ivf: string, ogg: string}} film a keyframe comes every second
 */
export async function makeFilm(page, { seconds, codec = 'VP8', ivf, ogg }) {
  const { pictures, sounds } = await page.evaluate(encode, { seconds, codec });
  writeFileSync(ivf, ivfOf(codec, pictures.map((each) => Buffer.from(each, 'base64'))));
  writeFileSync(ogg, oggOf(sounds.map((each) => Buffer.from(each, 'base64'))));
}

/** In the page: what it draws and sings, encoded, in base64. */
async function encode({ seconds, codec }) {
  const text = (chunk) => {
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  };
  const fail = (error) => {
    throw error;
  };
  const pictures = [];
  const video = new VideoEncoder({ output: (chunk) => pictures.push(text(chunk)), error: fail });
  video.configure({
    codec: codec === 'VP8' ? 'vp8' : 'avc1.42001f',
    width: 320,
    height: 240,
    bitrate: 300_000,
    framerate: 15,
    latencyMode: 'realtime',
    ...(codec === 'VP8' ? {} : { avc: { format: 'annexb' } }),
  });
  const canvas = new OffscreenCanvas(320, 240);
  const context = canvas.getContext('2d');
  for (let i = 0; i < seconds * 15; i++) {
    context.fillStyle = `hsl(${i * 6} 80% 50%)`;
    context.fillRect(0, 0, 320, 240);
    context.fillStyle = 'white';
    context.fillRect((i * 5) % 320, 100, 40, 40);
    const frame = new VideoFrame(canvas, { timestamp: (i * 1_000_000) / 15 });
    video.encode(frame, { keyFrame: i % 15 === 0 });
    frame.close();
    // An encoder in real time may leave out what waits.
    while (video.encodeQueueSize > 2) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await video.flush();
  const sounds = [];
  const audio = new AudioEncoder({ output: (chunk) => sounds.push(text(chunk)), error: fail });
  audio.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, bitrate: 32_000 });
  for (let at = 0; at < seconds * 50; at++) {
    const data = new Float32Array(960).map((_, i) => Math.sin(((at * 960 + i) * 440 * 2 * Math.PI) / 48_000) / 3);
    const samples = new AudioData({ format: 'f32-planar', sampleRate: 48_000, numberOfFrames: 960, numberOfChannels: 1, timestamp: at * 20_000, data });
    audio.encode(samples);
    samples.close();
  }
  await audio.flush();
  return { pictures, sounds };
}

function ivfOf(codec, pictures) {
  const head = Buffer.alloc(32);
  head.write('DKIF', 0);
  head.writeUInt16LE(32, 6);
  head.write(codec === 'VP8' ? 'VP80' : 'H264', 8);
  head.writeUInt16LE(320, 12);
  head.writeUInt16LE(240, 14);
  head.writeUInt32LE(15, 16);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(pictures.length, 24);
  return Buffer.concat([
    head,
    ...pictures.flatMap((picture, at) => {
      const before = Buffer.alloc(12);
      before.writeUInt32LE(picture.length, 0);
      before.writeBigUInt64LE(BigInt(at), 4);
      return [before, picture];
    }),
  ]);
}

function oggOf(packets) {
  const head = Buffer.from('OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00', 'latin1');
  const tags = Buffer.concat([Buffer.from('OpusTags'), Buffer.alloc(8)]);
  const pages = [[head], [tags]];
  for (let at = 0; at < packets.length; at += 25) pages.push(packets.slice(at, at + 25));
  let granule = 0;
  return Buffer.concat(
    pages.map((page, number) => {
      const segments = page.flatMap(({ length }) => [...Array(Math.floor(length / 255)).fill(255), length % 255]);
      granule += number > 1 ? page.length * 960 : 0;
      const front = Buffer.alloc(27 + segments.length);
      front.write('OggS', 0);
      front[5] = number === 0 ? 2 : number === pages.length - 1 ? 4 : 0;
      front.writeBigUInt64LE(BigInt(granule), 6);
      front.writeUInt32LE(1, 14);
      front.writeUInt32LE(number, 18);
      front[26] = segments.length;
      front.set(segments, 27);
      const whole = Buffer.concat([front, ...page]);
      whole.writeUInt32LE(checksum(whole), 22);
      return whole;
    }),
  );
}

/** RFC 3533: the polynomial 0x04c11db7, not reflected, from 0. */
function checksum(bytes) {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum < 0 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  }
  return sum >>> 0;
}
