import { readColourTokens, type Rgb } from '../../ui/colour-tokens.ts';

const TOKENS = {
  light: '--orb-light',
  cool: '--orb-cool',
  main: '--orb-main',
  deep: '--orb-deep',
  line: '--orb-line',
  still: '--orb-still',
} as const;

export type OrbPalette = Readonly<Record<keyof typeof TOKENS, Rgb>>;

/** The orb's colours as they apply within `element` now. */
export function readOrbPalette(element: HTMLElement): OrbPalette {
  return readColourTokens(element, TOKENS);
}
