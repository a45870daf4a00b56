import type { SessionDescription } from '@parley/shared';

export type ProviderNames = SessionDescription['providers'];

/** How long the first screen waits to learn the providers; it does well without them. */
const DEADLINE_MS = 5_000;

/**
 * Asks the relay which providers it speaks through.
 *
 * @returns null if it cannot be learnt
 */
export async function fetchProviderNames(fetchLike: typeof fetch): Promise<ProviderNames | null> {
  try {
    const response = await fetchLike('/health', { signal: AbortSignal.timeout(DEADLINE_MS) });
    return response.ok ? providerNamesIn(await response.json()) : null;
  } catch {
    return null;
  }
}

/** Checked by hand: the schema library would double the size of the first load. */
export function providerNamesIn(body: unknown): ProviderNames | null {
  if (typeof body !== 'object' || body === null || !('providers' in body)) return null;
  const { providers } = body;
  if (typeof providers !== 'object' || providers === null) return null;
  const { transcriber, generator, synthesizer } = providers as Record<string, unknown>;
  if (
    typeof transcriber !== 'string' ||
    typeof generator !== 'string' ||
    typeof synthesizer !== 'string'
  ) {
    return null;
  }
  return { transcriber, generator, synthesizer };
}
