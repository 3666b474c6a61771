/** Where sound comes out: every playing element, the chosen device, and whether the browser lets it. */
export class Speaker {
  deviceId = '';
  /** The browser wants a click before it plays. */
  blocked = false;
  /** Called when `blocked` changes. */
  onblocked: () => void = () => {};
  private readonly elements = new Set<HTMLMediaElement>();

  get canChoose(): boolean {
    return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
  }

  add(element: HTMLMediaElement): void {
    this.elements.add(element);
    if (this.deviceId) element.setSinkId?.(this.deviceId).catch(() => {});
    void this.play(element);
  }

  remove(element: HTMLMediaElement): void {
    this.elements.delete(element);
  }

  /** To be called from a click. */
  async resume(): Promise<boolean> {
    const waiting = [...this.elements].filter((element) => element.paused);
    this.block(false);
    await Promise.all(waiting.map((element) => this.play(element)));
    return !this.blocked;
  }

  async use(deviceId: string): Promise<boolean> {
    if (!this.canChoose) return false;
    try {
      await Promise.all([...this.elements].map((element) => element.setSinkId(deviceId)));
      this.deviceId = deviceId;
      return true;
    } catch {
      for (const element of this.elements) element.setSinkId(this.deviceId).catch(() => {});
      return false;
    }
  }

  close(): void {
    for (const element of this.elements) element.srcObject = null;
    this.elements.clear();
  }

  private async play(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
    } catch (error) {
      // Another error means that the element was given other sound meanwhile.
      if ((error as DOMException).name === 'NotAllowedError') this.block(true);
    }
  }

  private block(blocked: boolean): void {
    if (blocked === this.blocked) return;
    this.blocked = blocked;
    this.onblocked();
  }
}
