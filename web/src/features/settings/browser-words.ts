import type { HearingSetupState } from './hearing-setup.ts';
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

/** What the switch for the browser's recogniser does, and where speech goes by it. */
export function hearingHint(kind: HearingSetupState['kind']): string {
  const what = 'Your browser turns speech into words, any words, and sends those to Parley.';
  switch (kind) {
    case 'absent':
      return '';
    case 'remote':
      return `${what} Your speech is sent to the browser’s maker, unless your browser can do without.`;
    case 'local':
      return `${what} It runs on this computer.`;
    case 'downloadable':
    case 'downloading':
    case 'failed':
      return `${what} It runs on this computer. Your browser downloads the language first.`;
  }
}
