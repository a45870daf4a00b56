import { type CallState, type DebugState, type Ladder, STAGES } from '../../client/index.ts';
import { measuresOf } from './statistics.ts';

/** Everything the panel knows, as JSON for a report; what was said is not in it. */
export function debugExport(debug: DebugState, call: CallState, nowMs: number): string {
  return JSON.stringify(
    {
      exported_at: new Date(nowMs).toISOString(),
      session_id: call.session?.id ?? null,
      providers: call.ladder === null ? null : providersIn(call.ladder),
      phase: call.phase,
      measures: measuresOf(debug.turns),
      turns: debug.turns,
      interjections: debug.interjections,
      usage: debug.usage,
      stats: debug.stats,
      log: debug.log,
    },
    null,
    2,
  );
}

function providersIn({ stages, page }: Ladder): object {
  return Object.fromEntries(
    STAGES.map((stage) => {
      const { now, usual, reason, sinceMs } = stages[stage];
      return [
        stage,
        {
          now,
          was: now === usual ? null : usual,
          reason,
          since: new Date(sinceMs).toISOString(),
          ...(now === 'browser' && stage !== 'generator' ? { browser: page[stage] } : {}),
        },
      ];
    }),
  );
}
