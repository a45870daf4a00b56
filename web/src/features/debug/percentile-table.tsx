import { measuresOf, msText } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import { Verdict } from './verdict.tsx';
import { useDebug } from '../../store/controller-context.ts';
import styles from './debug-panel.module.css';

/** p50, p95 and p99 over the session, against the targets. */
export function PercentileTable() {
  const turns = useDebug((state) => state.turns);
  return (
    <table className={styles.table}>
      <caption className="visually-hidden">Latency over the session, milliseconds</caption>
      <TableHead names={['ms', 'p50', 'p95', 'p99', 'target']} />
      <tbody>
        {measuresOf(turns).map(({ name, targetMs, percentiles }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {percentiles === null ? (
              <td colSpan={3} className={styles.quiet}>
                no turns yet
              </td>
            ) : (
              (['p50', 'p95', 'p99'] as const).map((rank) => (
                <td key={rank}>
                  {msText(percentiles[rank])} <Verdict ms={percentiles[rank]} targetMs={targetMs} />
                </td>
              ))
            )}
            <td className={styles.quiet}>{msText(targetMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
