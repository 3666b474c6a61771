/**
 * Copies a text that is still being made. Browsers allow it for a moment after a press, and some want
 * to hear of it within the press itself: so they are handed the promise.
 */
export async function copy(text: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === 'function') {
    const plain = text.then((words) => new Blob([words], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': plain })]);
  } else {
    await navigator.clipboard.writeText(await text);
  }
}
