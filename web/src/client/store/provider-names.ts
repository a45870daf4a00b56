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
 * @returns null if it cannot be learnt
 */
export async function fetchProviderNames(
  fetchLike: typeof fetch,
  relay: string,
): Promise<ProviderNames | null> {
  try {
    const response = await fetchLike(relayUrl(relay, '/health'), {
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return response.ok ? providerNamesIn(await response.json()) : null;
  } catch {
    return null;
  }
}

/** Checked by hand: the schema library would double the size of the first load. */
export function providerNamesIn(body: unknown): ProviderNames | null {
  const names = (body as { readonly providers?: ProviderNames | null } | null)?.providers;
  return names && STAGES.every((stage) => typeof names[stage] === 'string') ? names : null;
}
