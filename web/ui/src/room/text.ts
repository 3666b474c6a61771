export type Piece = { text: string; link?: string };

/** Cuts a message into words and addresses; only http and https become links. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"']+/gu)) {
    // A full stop or bracket behind an address belongs to the sentence.
    const address = match[0].replace(/[.,;:!?)\]}…。]+$/u, '');
    if (!URL.canParse(address)) {
      continue;
    }
    if (match.index > from) {
      found.push({ text: text.slice(from, match.index) });
    }
    found.push({ text: address, link: address });
    from = match.index + address.length;
  }
  if (from < text.length) {
    found.push({ text: text.slice(from) });
  }
  return found;
}
