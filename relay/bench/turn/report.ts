import type { LatencyMark } from '@parley/shared';
import { median, percentile, round } from '../statistics.ts';
import type { ProviderMs } from './provider-times.ts';
import type { Talk } from './talker.ts';

/** How long each stage of a turn takes by script, ms. */
export interface ProviderDelays {
  /** End of speech → final words. */
  readonly asr: number;
  /** Request → first text. */
  readonly llm: number;
  /** First clause → first audio. */
  readonly tts: number;
}

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
 * What remains of a turn without the time that its providers really took: all network hops, and
 * everything the relay does.
 *
 * @param took - by the number of the turn; a turn without an entry counts as an error
 */
export function reportOf(
  delays: ProviderDelays,
  talks: readonly Talk[],
  took: Readonly<Record<number, ProviderMs>>,
): TurnBenchReport {
  let unfollowed = 0;
  const overheads = talks.map(({ answered }) =>
    answered.flatMap(({ turn, ms }) => {
      const providers = took[turn];
      if (providers === undefined) {
        unfollowed += 1;
        return [];
      }
      return [ms - providers.asr - providers.llm - providers.tts];
    }),
  );
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
    errors: unfollowed + talks.reduce((sum, { problems }) => sum + problems.length, 0),
  };
}

/** The parts of a turn's overhead: medians, ms. */
export interface OverheadParts {
  /** Both ways between talker and relay. */
  readonly network: number;
  readonly asr: number;
  readonly llm: number;
  /** From the first word to the first clause. */
  readonly clause: number;
  readonly tts: number;
}

export function overheadParts(
  talks: readonly Talk[],
  took: Readonly<Record<number, ProviderMs>>,
): OverheadParts {
  const parts = talks.flatMap(({ answered }) =>
    answered.flatMap(({ turn, ms, timeline }) => {
      const providers = took[turn];
      if (providers === undefined) return [];
      const at = (mark: LatencyMark) => timeline[mark] ?? Number.NaN;
      return [
        {
          network: ms - (at('tts_first_audio') - at('end_received')),
          asr: at('asr_final') - at('end_received') - providers.asr,
          llm: at('llm_first_token') - at('asr_final') - providers.llm,
          clause: at('first_clause') - at('llm_first_token'),
          tts: at('tts_first_audio') - at('first_clause') - providers.tts,
        },
      ];
    }),
  );
  const middle = (part: keyof OverheadParts) => round(median(parts.map((each) => each[part])), 1);
  return {
    network: middle('network'),
    asr: middle('asr'),
    llm: middle('llm'),
    clause: middle('clause'),
    tts: middle('tts'),
  };
}
