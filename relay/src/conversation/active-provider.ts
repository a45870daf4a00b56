import type { Stage } from '../providers/provider.ts';
import type { Providers } from '../providers/providers.ts';

/** Who does the work of a stage now: a provider's name, `browser`, or `none`. */
export function activeProvider(providers: Providers, stage: Stage): string {
  return providers.ladder?.active(stage) ?? providers[stage].name;
}

/** Whether that is anyone on this side. */
export function isProvider(active: string): boolean {
  return active !== 'browser' && active !== 'none';
}
