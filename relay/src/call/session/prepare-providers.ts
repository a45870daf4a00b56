import { aheadOfNeed } from '../../base/lib/error-boundary.ts';
import { STAGES } from '../stages/provider.ts';
import type { SessionContext, SessionOptions } from './session-options.ts';

/** Has the providers open what a call will need. @returns what ends it when the call is over */
export function prepareProviders(
  { providers }: SessionContext,
  { trace, settings }: SessionOptions,
): readonly (() => void)[] {
  return aheadOfNeed(trace?.work.ahead, () =>
    STAGES.flatMap((stage) => providers[stage].prepare(settings.language) ?? []),
  );
}
