import { readColourTokens, type Rgb } from '../../ui/colour-tokens.ts';

export interface OrbPalette {
  readonly light: Rgb;
  readonly cool: Rgb;
  readonly main: Rgb;
  readonly deep: Rgb;
  readonly line: Rgb;
  readonly still: Rgb;
}

const TOKENS = [
  '--orb-light',
  '--orb-cool',
  '--orb-main',
  '--orb-deep',
  '--orb-line',
  '--orb-still',
] as const;

/** The orb's colours as they apply within `element` now. */
export function readOrbPalette(element: HTMLElement): OrbPalette {
  const colours = readColourTokens(element, TOKENS);
  return {
    light: colours['--orb-light'],
    cool: colours['--orb-cool'],
    main: colours['--orb-main'],
    deep: colours['--orb-deep'],
    line: colours['--orb-line'],
    still: colours['--orb-still'],
  };
}
