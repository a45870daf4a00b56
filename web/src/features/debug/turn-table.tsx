import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import type { MeasuredTurn } from '../../client/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { SEGMENT_WORDS } from './segments.ts';
import { segmentText, totalText } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';
import styles from './waterfall.module.css';

const COLUMNS = [
  'Turn',
  ...LATENCY_SEGMENTS.map((segment) => SEGMENT_WORDS[segment].short),
  'Total',
];

/** The same as the waterfall, in figures. */
export function TurnTable({ turns }: { readonly turns: readonly MeasuredTurn[] }) {
  return (
    <details className={styles.tableBox}>
      <summary>All turns as a table</summary>
      <ScrollRegion className={styles.tableScroll} aria-label="Turns as a table">
        <table className={`${panel.table} ${styles.figures}`}>
          <caption className="visually-hidden">Every turn, milliseconds, newest first</caption>
          <TableHead names={COLUMNS} />
          <tbody>
            {turns
              .map((turn, position) => (
                <tr key={turn.responseId}>
                  <th scope="row">
                    {position + 1}
                    {turn.utterance === null && <span className={styles.typed}> typed</span>}
                  </th>
                  {LATENCY_SEGMENTS.map((segment) => (
                    <td key={segment}>{segmentText(turn, segment)}</td>
                  ))}
                  <td>{totalText(turn)}</td>
                </tr>
              ))
              .toReversed()}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}
