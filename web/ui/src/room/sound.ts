/**
 * Every sound of the pages is made here, in code: plucked strings (Karplus and Strong's way: a burst
 * of noise in a delay line that loses its high parts) and knuckles on wood.
 */
let context: AudioContext | undefined;

export function chime(speaker = ''): void {
  void play(speaker, (at) => [392, 440, 523.25, 659.25, 784].forEach((tone, i) => pluck(at, tone, i * 0.22, 0.5)));
}

export function knock(): void {
  void play('', (at) => [0, 0.17, 0.5, 0.67].forEach((after) => wood(at, after)));
}

export function cameIn(): void {
  void play('', (at) => [523.25, 784].forEach((tone, i) => pluck(at, tone, i * 0.11, 0.16)));
}

export function wentOut(): void {
  void play('', (at) => [659.25, 440].forEach((tone, i) => pluck(at, tone, i * 0.11, 0.12)));
}

export function handUp(): void {
  void play('', (at) => pluck(at, 880, 0, 0.16));
}

async function play(speaker: string, score: (at: AudioContext) => void): Promise<void> {
  try {
    context ??= new AudioContext();
    // Not every browser lets a page choose where its sound comes out.
    const choosing = context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    await choosing.setSinkId?.(speaker).catch(() => undefined);
    await context.resume();
    score(context);
  } catch {
    // a page without sound still shows what happened
  }
}

function pluck(at: AudioContext, tone: number, after: number, loudness: number): void {
  const seconds = 1.6;
  const buffer = at.createBuffer(1, Math.floor(at.sampleRate * seconds), at.sampleRate);
  const out = buffer.getChannelData(0);
  const period = Math.round(at.sampleRate / tone);
  for (let i = 0; i < out.length; i++) {
    out[i] =
      i < period
        ? Math.random() * 2 - 1
        : 0.996 * 0.5 * (out[i - period]! + out[Math.max(0, i - period - 1)]!);
  }
  start(at, buffer, after, loudness);
}

function wood(at: AudioContext, after: number): void {
  const buffer = at.createBuffer(1, Math.floor(at.sampleRate * 0.14), at.sampleRate);
  const out = buffer.getChannelData(0);
  for (let i = 0; i < out.length; i++) {
    const t = i / at.sampleRate;
    const body = Math.sin(2 * Math.PI * 190 * t) + 0.5 * Math.sin(2 * Math.PI * 410 * t);
    out[i] = (body + (Math.random() - 0.5) * 0.6 * Math.exp(-t * 300)) * Math.exp(-t * 45);
  }
  start(at, buffer, after, 0.5);
}

function start(at: AudioContext, buffer: AudioBuffer, after: number, loudness: number): void {
  const source = at.createBufferSource();
  const gain = at.createGain();
  gain.gain.value = loudness;
  source.buffer = buffer;
  source.connect(gain).connect(at.destination);
  source.start(at.currentTime + after);
}
