/** Measures how loud a track is, without playing it. */
export class Meter {
  private context: AudioContext | undefined;
  private source: MediaStreamAudioSourceNode | undefined;
  private analyser: AnalyserNode | undefined;
  private measured: MediaStreamTrack | undefined;
  private samples = new Float32Array(1024);

  /** 0 to 1: the root mean square of the last 20 ms. */
  level(track: MediaStreamTrack): number {
    if (typeof AudioContext === 'undefined') return 0;
    if (track !== this.measured) this.measure(track);
    if (this.context!.state === 'suspended') void this.context!.resume();
    this.analyser!.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const sample of this.samples) sum += sample * sample;
    return Math.min(1, Math.sqrt(sum / this.samples.length));
  }

  close(): void {
    this.source?.disconnect();
    void this.context?.close();
    this.context = this.measured = undefined;
  }

  private measure(track: MediaStreamTrack): void {
    this.source?.disconnect();
    this.context ??= new AudioContext();
    this.analyser ??= new AnalyserNode(this.context, { fftSize: 1024 });
    this.source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.source.connect(this.analyser);
    this.measured = track;
  }
}
