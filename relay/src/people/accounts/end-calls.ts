import type { CloseReasonName } from '@parley/shared';
import { within } from '../../base/lib/error-boundary.ts';
import type { Session } from '../../call/session/session.ts';

/**
 * Ends calls. Resolves when observers know all that happened in them, which takes ten seconds at
 * the most: what is deleted before that would be written again.
 */
export async function endCalls(calls: readonly Session[], reason: CloseReasonName): Promise<void> {
  for (const call of calls) within(call, () => call.close(reason));
  await Promise.all(calls.map(({ ended }) => ended));
}
