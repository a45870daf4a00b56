import type { ModelSetupState } from './model-setup.ts';

interface BrandedNavigator {
  readonly userAgentData?: { readonly brands: readonly { readonly brand: string }[] };
}

/** Where the browser's model runs, as far as it is known. */
export function whereModelRuns(navigator: BrandedNavigator): string {
  const brands = navigator.userAgentData?.brands ?? [];
  // The standard leaves it to the browser; those made of Chromium run it themselves.
  return brands.some(({ brand }) => brand === 'Chromium')
    ? 'It runs on this computer.'
    : 'Your browser decides whether it runs on this computer or at its maker.';
}

/** What the switch does, and what it costs. */
export function modelHint(kind: ModelSetupState['kind']): string {
  const what = `Your browser’s own language model answers what Parley does not understand. ${whereModelRuns(navigator as BrandedNavigator)}`;
  return kind === 'ready' ? what : `${what} Your browser downloads it first: often some gigabytes.`;
}
