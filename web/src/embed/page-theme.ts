/**
 * Whether a page is light or dark at `place`: as its `color-scheme` says, and if that says nothing,
 * as what lies behind the place looks.
 */
export function themeBehind(place: HTMLElement): 'light' | 'dark' {
  const scheme = getComputedStyle(place).colorScheme;
  const [light, dark] = [/\blight\b/.test(scheme), /\bdark\b/.test(scheme)];
  if (light !== dark) return dark ? 'dark' : 'light';
  if (light) return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  return isDark(groundOf(place)) ? 'dark' : 'light';
}

/** Calls back whenever the page may have changed its colours, until `signal`. */
export function watchTheme(listener: () => void, signal: AbortSignal): void {
  const observer = new MutationObserver(listener);
  for (const root of [document.documentElement, document.body]) {
    if (root !== null) observer.observe(root, { attributes: true });
  }
  signal.addEventListener('abort', () => observer.disconnect());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener, { signal });
}

/** The nearest ground that is not transparent. */
function groundOf(place: Element): readonly number[] {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const WHITE = [255, 255, 255];
  if (context === null) return WHITE;
  for (let element: Element | null = place; element !== null; element = parentOf(element)) {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = getComputedStyle(element).backgroundColor;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    if (alpha > 127) return [red, green, blue];
  }
  return WHITE;
}

function parentOf(element: Element): Element | null {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

function isDark([red = 0, green = 0, blue = 0]: readonly number[]): boolean {
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
}
