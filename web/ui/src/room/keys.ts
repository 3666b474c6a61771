import type { Key } from '../words/words.svelte.ts';
import type { Meeting } from './meeting.svelte.ts';

/**
 * The keys of the room, once: the sheet shows this list and the page obeys it. Letters go by the
 * place of the key, so that they work while a Korean keyboard is on.
 */
export type Shortcut = {
  code: string;
  sign: string;
  does: Key;
  press: (meeting: Meeting) => void;
};

export const shortcuts: readonly Shortcut[] = [
  { code: 'KeyM', sign: 'M', does: 'keys.mic', press: (meeting) => void meeting.toggleMicrophone() },
  { code: 'KeyV', sign: 'V', does: 'keys.camera', press: (meeting) => void meeting.toggleCamera() },
  { code: 'KeyS', sign: 'S', does: 'keys.share', press: (meeting) => void meeting.toggleShare() },
  { code: 'KeyH', sign: 'H', does: 'keys.hand', press: (meeting) => void meeting.toggleHand() },
  { code: 'KeyP', sign: 'P', does: 'keys.people', press: (meeting) => meeting.open('people') },
  { code: 'KeyC', sign: 'C', does: 'keys.chat', press: (meeting) => meeting.open('chat') },
  { code: 'KeyQ', sign: 'Q', does: 'keys.quality', press: (meeting) => meeting.open('quality') },
  { code: 'KeyL', sign: 'L', does: 'keys.layout', press: (meeting) => meeting.switchLayout() },
  { code: 'KeyF', sign: 'F', does: 'keys.full', press: () => void fullScreen() },
];

export async function fullScreen(): Promise<void> {
  try {
    await (document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen());
  } catch {
    // not every browser lets a page fill the screen
  }
}

/** Whether a key belongs to what has the focus rather than to the room. */
export function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, dialog, [popover]') !== null)
  );
}

/**
 * Whether keys or a pointer moved the focus last. `:focus-visible` does not tell: any key makes a
 * button so that was clicked before.
 */
export class Reach {
  #byKeys = false;

  keyed(event: KeyboardEvent): void {
    this.#byKeys ||= moving.has(event.key);
  }

  pointed(): void {
    this.#byKeys = false;
  }

  /** Space presses a button that was reached by keys; otherwise it is free for talking. */
  leavesSpace(target: EventTarget | null): boolean {
    if (typing(target)) {
      return false;
    }
    const pressable = target instanceof Element ? target.closest('button, a[href], summary, [role="tab"]') : null;
    return !this.#byKeys || pressable === null;
  }
}

const moving: ReadonlySet<string> = new Set([
  'Tab',
  'ArrowLeft',
  'ArrowRight',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
]);
