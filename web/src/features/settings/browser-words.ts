import type { BrowserHelp } from '../../client/index.ts';
import type { ModelSetupState } from './model-setup.ts';

interface BrandedNavigator {
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string }[] };
}

/**
 * What the switch for the browser's language model does, and what it costs.
 *
 * @param runsHere - as `modelRunsHere` says
 */
export function modelHint(kind: ModelSetupState['kind'], runsHere: boolean): string {
  const what = 'Your browser’s own language model answers what Parley does not understand.';
  const where = runsHere
    ? 'It runs on this computer.'
    : 'Your browser decides whether it runs on this computer or at its maker.';
  const first = 'Your browser downloads it first: often some gigabytes.';
  return [what, where, ...(kind === 'ready' ? [] : [first])].join(' ');
}

/** The standard leaves it to the browser where its model runs; those made of Chromium run it themselves. */
export function modelRunsHere(navigator: BrandedNavigator): boolean {
  const brands = navigator.userAgentData?.brands ?? [];
  return brands.some(({ brand }) => brand === 'Chromium');
}

/** The effect of the switch for the browser's recogniser, and the destination of speech with it. */
export function hearingHint(hears: BrowserHelp['hears']): string {
  return `Your browser turns speech into words, any words, and sends those to Parley. ${WHERE[hears]}`;
}

const WHERE: Readonly<Record<BrowserHelp['hears'], string>> = {
  off: 'First it is asked whether it can do so on this computer.',
  local: 'It runs on this computer.',
  remote: 'Your speech is sent to the browser’s maker.',
};
