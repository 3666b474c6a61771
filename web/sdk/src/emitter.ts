/** Listeners by event name. A listener that throws hurts nobody else; its error still surfaces. */
export class Emitter<Events extends { [E in keyof Events]: unknown[] }> {
  private readonly listeners = new Map<keyof Events, Set<Listener>>();
  private changing = false;

  on<E extends keyof Events>(event: E, listener: (...args: Events[E]) => void): () => void {
    let set = this.listeners.get(event);
    if (!set) this.listeners.set(event, (set = new Set()));
    // Wrapped, so that the same function may listen twice and each `off` ends its own.
    const own = (...args: Events[E]) => listener(...args);
    set.add(own as unknown as Listener);
    return () => void set.delete(own as unknown as Listener);
  }

  emit<E extends keyof Events>(event: E, ...args: Events[E]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Emits `change` once, after everything that happens in this turn. */
  changed(this: Emitter<Events & { change: [] }>): void {
    if (this.changing) return;
    this.changing = true;
    queueMicrotask(() => {
      this.changing = false;
      this.emit('change', ...([] as never));
    });
  }

  hears(event: keyof Events): boolean {
    return (this.listeners.get(event)?.size ?? 0) > 0;
  }
}

type Listener = (...args: unknown[]) => void;
