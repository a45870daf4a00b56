import { ENOUGH_TURNS } from '@parley/shared/statistics';
import { measuresOf, msText, typedMedianMs } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import { TargetVerdict } from './verdict.tsx';
import { useDebug } from '../call/controller-context.ts';
import styles from './debug-panel.module.css';

/** p50, p95 and p99 over the session, against the targets. */
export function PercentileTable() {
  const turns = useDebug((state) => state.turns);
  const measures = measuresOf(turns);
  const typedMs = typedMedianMs(turns);
  return (
    <table className={styles.table}>
      <caption className={styles.heading}>Latency over the session</caption>
      <TableHead
        names={[`ms, ${measures[0]!.percentiles.count} spoken`, 'p50', 'p95', 'p99', 'target']}
      />
      <tbody>
        {measures.map(({ name, targetMs, percentiles }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {percentiles.count === 0 ? (
              <td colSpan={3} className={styles.quiet}>
                no turns yet
              </td>
            ) : (
              (['p50', 'p95', 'p99'] as const).map((rank) => (
                <Figure key={rank} ms={percentiles[rank]} targetMs={targetMs} />
              ))
            )}
            <td className={styles.quiet}>{msText(targetMs)}</td>
          </tr>
        ))}
        {typedMs !== null && (
          <tr>
            <th scope="row">Typed, to first sound</th>
            <td>{msText(typedMs)}</td>
            <td colSpan={3} className={styles.quiet}>
              no speech to wait for
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

interface FigureProps {
  /** null: too few turns bear it. */
  readonly ms: number | null;
  readonly targetMs: number;
}

function Figure({ ms, targetMs }: FigureProps) {
  if (ms === null) {
    return (
      <td className={styles.quiet} title={`From ${ENOUGH_TURNS} turns on`}>
        –
      </td>
    );
  }
  return (
    <td>
      {msText(ms)} <TargetVerdict ms={ms} targetMs={targetMs} />
    </td>
  );
}
