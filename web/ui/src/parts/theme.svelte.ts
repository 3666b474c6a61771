/** Light or dark: the system's, until somebody chooses here. */
export type Theme = 'light' | 'dark';

const remembered = 'madang.theme';
let chosen = $state<Theme | null>(null);

export function applyTheme(): void {
  try {
    const stored = localStorage.getItem(remembered);
    chosen = stored === 'light' || stored === 'dark' ? stored : null;
  } catch {
    chosen = null;
  }
  show();
}

export function theme(): Theme {
  return chosen ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
}

export function switchTheme(): void {
  chosen = theme() === 'dark' ? 'light' : 'dark';
  show();
  try {
    localStorage.setItem(remembered, chosen);
  } catch {
    // the choice lasts until the page is closed
  }
}

function show(): void {
  if (chosen === null) {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = chosen;
  }
}
