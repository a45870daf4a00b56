import type { LatencyMark } from '@parley/shared';
import { median, percentile, round } from '../statistics.ts';
import type { ProviderMs } from './provider-times.ts';
import type { Talk } from './talker.ts';

/**
 * What `bench turn --json` prints.
 *
 * What remains of a turn without the time that its providers really took: all network hops, and
 * everything the relay does.
 *
 * @param delays - of the providers by script
 * @param took - by the number of the turn; a turn without an entry counts as an error
 */
export function reportOf(
  delays: ProviderMs,
  talks: readonly Talk[],
  took: Readonly<Record<number, ProviderMs>>,
) {
  const overheads = talks.map(({ answered }) =>
    answered.flatMap(({ turn, ms }) => {
      const providers = took[turn];
      return providers === undefined ? [] : [ms - providers.asr - providers.llm - providers.tts];
    }),
  );
  const all = overheads.flat();
  const first = overheads.flatMap((turns) => turns.slice(0, 1));
  const later = overheads.flatMap((turns) => turns.slice(1));
  return {
    bench: 'turn' as const,
    talkers: talks.length,
    provider_ms: delays,
    overhead_ms: { p50: round(percentile(all, 0.5), 2), p99: round(percentile(all, 0.99), 2) },
    first_turn_penalty_ms: round(median(first) - median(later), 2),
    turns: all.length,
    errors:
      talks.flatMap(({ answered, problems }) => [...answered, ...problems]).length - all.length,
  };
}

/** `network`: both ways between talker and relay; `clause`: from the first word to the first clause. */
const PARTS = ['network', 'asr', 'llm', 'clause', 'tts'] as const;

/** The parts of a turn's overhead: medians, ms. */
export function overheadParts(
  talks: readonly Talk[],
  took: Readonly<Record<number, ProviderMs>>,
): Record<string, number> {
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
  return Object.fromEntries(
    PARTS.map((part) => [part, round(median(parts.map((each) => each[part])), 1)]),
  );
}
