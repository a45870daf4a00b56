import { median, percentile, round } from '../statistics.ts';
import type { Talk } from './talker.ts';
import type { ProviderDelays } from './timed-providers.ts';

/** What `bench turn --json` prints. */
export interface TurnBenchReport {
  readonly bench: 'turn';
  readonly talkers: number;
  readonly provider_ms: ProviderDelays;
  readonly overhead_ms: { readonly p50: number; readonly p99: number };
  readonly first_turn_penalty_ms: number;
  readonly turns: number;
  readonly errors: number;
}

/**
 * What is left of a turn when the providers' scripted delays are taken away: both network hops,
 * everything the relay does, and the lateness of the providers' own timers, about half a ms each.
 */
export function reportOf(delays: ProviderDelays, talks: readonly Talk[]): TurnBenchReport {
  const scriptedMs = delays.asr + delays.llm + delays.tts;
  const overheads = talks.map(({ answeredMs }) => answeredMs.map((ms) => ms - scriptedMs));
  const all = overheads.flat();
  const first = overheads.flatMap((turns) => turns.slice(0, 1));
  const later = overheads.flatMap((turns) => turns.slice(1));
  return {
    bench: 'turn',
    talkers: talks.length,
    provider_ms: delays,
    overhead_ms: { p50: round(percentile(all, 0.5), 2), p99: round(percentile(all, 0.99), 2) },
    first_turn_penalty_ms: round(median(first) - median(later), 2),
    turns: all.length,
    errors: talks.reduce((sum, { problems }) => sum + problems.length, 0),
  };
}
