/** Red, green, blue, 0–255. */
export type Rgb = readonly [number, number, number];

/**
 * Reads colour tokens as they apply within `element` now, theme and forced colours included, for
 * drawing on a canvas.
 *
 * @param tokens names of custom properties, with their dashes, by the names of the result
 */
export function readColourTokens<T extends string>(
  element: HTMLElement,
  tokens: Readonly<Record<T, string>>,
): Readonly<Record<T, Rgb>> {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const probes = Object.entries<string>(tokens).map(([name, token]) => {
    const probe = document.createElement('span');
    // A custom property is handed out as written; a real property is handed out as a colour.
    probe.style.color = `var(${token})`;
    return [name, probe] as const;
  });
  // All at once: the document's styles are computed anew once, not for each colour.
  element.append(...probes.map(([, probe]) => probe));
  const colours = probes.map(([name, probe]): [string, Rgb] => {
    if (pixel === null) return [name, [0, 128, 118]];
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = pixel.getImageData(0, 0, 1, 1).data;
    return [name, [red, green, blue]];
  });
  for (const [, probe] of probes) probe.remove();
  return Object.fromEntries(colours) as Record<T, Rgb>;
}

export function rgba([red, green, blue]: Rgb, alpha: number): string {
  return `rgb(${red} ${green} ${blue} / ${alpha.toFixed(3)})`;
}

/** @param share 0: all of `a`, 1: all of `b` */
export function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * share);
  return [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])];
}

/** Calls back whenever the colours may have changed. @returns its disposer */
export function onThemeChange(listener: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(listener);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  scheme.addEventListener('change', listener);
  return () => {
    chosen.disconnect();
    scheme.removeEventListener('change', listener);
  };
}
