import type { Stage } from '../stages/provider.ts';
import type { Providers } from '../stages/providers.ts';

/** Who does the work of a stage now: a provider's name, `browser`, or `none`. */
export function activeProvider(providers: Providers, stage: Stage): string {
  return providers.ladder?.active(stage) ?? providers[stage].name;
}
