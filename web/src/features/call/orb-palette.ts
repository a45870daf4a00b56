/** Red, green, blue, 0–255. */
export type Rgb = readonly [number, number, number];

export interface OrbPalette {
  readonly light: Rgb;
  readonly cool: Rgb;
  readonly main: Rgb;
  readonly deep: Rgb;
  readonly line: Rgb;
  readonly still: Rgb;
}

/** Reads the orb's tokens as they apply to `element` now: theme and forced colours included. */
export function readOrbPalette(element: HTMLElement): OrbPalette {
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const probe = document.createElement('span');
  element.append(probe);
  const read = (token: string): Rgb => {
    // A custom property is handed out as written; a real property is handed out as a colour.
    probe.style.color = `var(${token})`;
    if (pixel === null) return [0, 128, 118];
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = getComputedStyle(probe).color;
    pixel.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = pixel.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  };
  const palette = {
    light: read('--orb-light'),
    cool: read('--orb-cool'),
    main: read('--orb-main'),
    deep: read('--orb-deep'),
    line: read('--orb-line'),
    still: read('--orb-still'),
  };
  probe.remove();
  return palette;
}

export function rgba([red, green, blue]: Rgb, alpha: number): string {
  return `rgb(${red} ${green} ${blue} / ${alpha.toFixed(3)})`;
}

/** @param share 0: all of `a`, 1: all of `b` */
export function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * share);
  return [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])];
}
