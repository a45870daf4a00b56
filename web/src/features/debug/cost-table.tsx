import { exactUsdText } from '../../lib/figures.ts';
import { useDebug } from '../call/controller-context.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { TableHead } from './table-head.tsx';
import { turnCostsOf } from './turn-costs.ts';
import panel from './debug-panel.module.css';
import styles from './waterfall.module.css';

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
