import type { Languages } from '../../../call/stages/languages.ts';

/** Source: https://docs.cartesia.ai/build-with-cartesia/tts-models, for Sonic 3 and 3.5 */
const SONIC_3 = (
  'en de es fr ja pt zh hi ko it nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi ' +
  'bn th he ka id te gu kn ml mr pa'
).split(' ');
/** The same, for the models before. */
const SONIC_2 = 'en fr de es pt zh ja hi it ko nl pl ru sv tr'.split(' ');

/** @returns undefined for models of which nothing is known */
export function sonicLanguages(model: string): Languages {
  if (/^sonic-([3-9]|latest)/.test(model)) return SONIC_3;
  return model.startsWith('sonic') ? SONIC_2 : undefined;
}
