/** Copies words, over plain http too, where the browser has no clipboard for pages. */
export async function copied(words: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(words);
    return true;
  } catch {
    const paper = document.createElement('textarea');
    paper.value = words;
    paper.className = 'unseen';
    paper.ariaHidden = 'true';
    document.body.append(paper);
    paper.select();
    try {
      return document.execCommand('copy');
    } finally {
      paper.remove();
    }
  }
}

export function save(name: string, type: string, words: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([words], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
