import type { Measurement } from './measurement.ts';
import { PAGE } from './page-figures.ts';
import { RECOGNISER } from './recogniser-figures.ts';
import { RELAY } from './relay-figures.ts';

/** In the order in which they are measured and shown. */
export const MEASUREMENTS: readonly Measurement[] = [...RELAY, ...PAGE, ...RECOGNISER];

/** What README.md quotes: measurement and figure. */
export const README_FIGURES: readonly (readonly [measurement: string, figure: string])[] = [
  ['ear', 'keyless_p50'],
  ['ear', 'vendors_p50'],
  ['dialogues', 'cut_off'],
  ['echo', 'silenced'],
  ['echo', 'headphones'],
  ['phrasings', 'right'],
  ['relay', 'cpu_ratio'],
  ['start', 'keyless'],
  ['web', 'first_load'],
];
