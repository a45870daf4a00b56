import type { RelayFigures } from './sound-check-events.ts';

/** The first opens the connection and does not count. */
const ROUND_TRIPS = 6;
const DEADLINE_MS = 4_000;

export interface RoundTripOptions {
  /** Origin of the relay; null if none is known. */
  readonly relay: string | null;
  readonly fetch: typeof fetch;
  now(): number;
}

/** Asks the relay a few times for its health, one request after the other. Never rejects. */
export async function measureRoundTrips(
  { relay, fetch: fetchLike, now }: RoundTripOptions,
  signal: AbortSignal,
): Promise<RelayFigures> {
  const roundTripsMs: number[] = [];
  let failed = 0;
  for (let request = 0; request < ROUND_TRIPS && !signal.aborted; request += 1) {
    const startMs = now();
    try {
      if (relay === null) throw new Error('No relay is known.');
      // oxlint-disable-next-line no-await-in-loop -- side by side they would wait for each other
      const response = await fetchLike(new URL('/health', relay).href, {
        cache: 'no-store',
        signal: AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]),
      });
      // oxlint-disable-next-line no-await-in-loop -- the answer counts when all of it is there
      await response.text();
      if (!response.ok) throw new Error(`The relay answered with status ${response.status}.`);
      if (request > 0) roundTripsMs.push(now() - startMs);
    } catch {
      failed += 1;
      // A relay that cannot be reached would be waited for six times.
      if (failed > 1) break;
    }
  }
  return { roundTripsMs, failed };
}
