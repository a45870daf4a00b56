import { readColourTokens } from '../ui/colour-tokens.ts';
import { COLOURS, type EmbedSettings } from './embed-messages.ts';

/** Puts the page's theme and colours on the frame's document; see `frame.css`. */
export function showColours({ theme, colours }: EmbedSettings): void {
  const { style, dataset } = document.documentElement;
  for (const name of COLOURS) {
    const colour = colours[name] ?? '';
    // An empty value removes it.
    style.setProperty(`--own-${name}`, CSS.supports('color', colour) ? colour : '');
  }
  const isSet = (name: string) => style.getPropertyValue(`--own-${name}`) !== '';
  dataset['own'] = COLOURS.filter(isSet).join(' ');
  dataset['theme'] = theme;
  style.removeProperty('--on-accent');
  if (!isSet('accent')) return;
  const { accent } = readColourTokens(document.body, { accent: '--accent' });
  style.setProperty('--on-accent', isLight(accent) ? 'oklch(0.19 0.02 200)' : 'white');
}

/** Whether dark text is easier to read on it than white: relative luminance, as WCAG has it. */
function isLight(colour: readonly number[]): boolean {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.212_6 * red + 0.715_2 * green + 0.072_2 * blue > 0.19;
}
