import { relayUrl } from '@parley/shared/page-paths';
import { STAGES } from '@parley/shared/stages';
import type { SessionDescription } from '@parley/shared';

export type ProviderNames = SessionDescription['providers'];

/** How long the first screen waits to learn the providers; it does well without them. */
const DEADLINE_MS = 5_000;

/**
 * Asks the relay which providers it speaks through.
 *
 * @param relay - its origin
 * @returns null if the relay does not say; undefined if no relay answers
 */
export async function fetchProviderNames(
  fetchLike: typeof fetch,
  relay: string,
): Promise<ProviderNames | null | undefined> {
  try {
    const response = await fetchLike(relayUrl(relay, '/health'), {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    // A proxy's own answer is a page.
    return providerNamesIn(await response.json());
  } catch {
    return undefined;
  }
}

/** Checked by hand: the schema library would double the size of the first load. */
export function providerNamesIn(body: unknown): ProviderNames | null {
  const names = (body as { readonly providers?: ProviderNames | null } | null)?.providers;
  return names && STAGES.every((stage) => typeof names[stage] === 'string') ? names : null;
}
