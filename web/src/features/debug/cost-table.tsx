import { exactUsdText } from '../../lib/figures.ts';
import { useDebug } from '../../client/react/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';
import styles from './waterfall.module.css';
import type { SessionUsage } from '../../client/index.ts';

const NOTHING = {
  usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
  costUsd: 0,
};

/** What one turn added to what its session had used. */
interface TurnCost {
  readonly heardS: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly characters: number;
  readonly usd: number;
}

const COLUMNS = ['turn', 'heard', 'tokens in', 'out', 'characters', 'cost'];

/** What each turn used and cost, newest first, and what its session has cost so far. */
export function CostTable() {
  const samples = useDebug((state) => state.usage);
  const newest = samples.at(-1);
  return (
    <ScrollRegion className={styles.tableScroll} aria-label="Cost of the turns">
      <table className={panel.table}>
        <caption className={panel.heading}>Cost</caption>
        <TableHead names={COLUMNS} />
        <tbody>
          {newest === undefined && (
            <tr>
              <td colSpan={COLUMNS.length} className={panel.quiet}>
                nothing was counted yet
              </td>
            </tr>
          )}
          {turnCostsOf(samples)
            .map((cost, position) => (
              // Lines are only ever added below.
              // oxlint-disable-next-line react/no-array-index-key
              <tr key={position}>
                <th scope="row">{position + 1}</th>
                <td>{cost.heardS.toFixed(1)} s</td>
                <td>{cost.inputTokens.toLocaleString('en')}</td>
                <td>{cost.outputTokens.toLocaleString('en')}</td>
                <td>{cost.characters.toLocaleString('en')}</td>
                <td>{exactUsdText(cost.usd)}</td>
              </tr>
            ))
            .toReversed()}
        </tbody>
        {newest !== undefined && (
          <tfoot>
            <tr>
              <th scope="row" colSpan={COLUMNS.length - 1}>
                Session so far
                {newest.budgetUsd !== null && `, of ${exactUsdText(newest.budgetUsd)}`}
              </th>
              <td>{exactUsdText(newest.costUsd)}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </ScrollRegion>
  );
}

/** @param samples - oldest first; each holds all of its session so far */
export function turnCostsOf(samples: readonly SessionUsage[]): readonly TurnCost[] {
  return samples.map((now, index) => {
    const earlier = samples[index - 1];
    const before = earlier?.sessionId === now.sessionId ? earlier : NOTHING;
    return {
      heardS: now.usage.asr_seconds - before.usage.asr_seconds,
      inputTokens: now.usage.llm_input_tokens - before.usage.llm_input_tokens,
      outputTokens: now.usage.llm_output_tokens - before.usage.llm_output_tokens,
      characters: now.usage.tts_characters - before.usage.tts_characters,
      usd: now.costUsd - before.costUsd,
    };
  });
}
