import { ENOUGH_TURNS, isTargetMet } from '@parley/shared/statistics';
import { measuresOf, msText, typedMedianMs } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useDebug, useLatency } from '../../client/react/index.ts';
import styles from './debug-panel.module.css';

/** p50, p95 and p99 over the session; the p50 against its target, as on the status page. */
export function PercentileTable() {
  const turns = useDebug((state) => state.turns);
  const measures = measuresOf(useLatency());
  const typedMs = typedMedianMs(turns);
  return (
    <table className={styles.table}>
      <caption className={styles.heading}>Latency over the session</caption>
      <TableHead
        names={[`ms, ${measures[0]!.percentiles.count} spoken`, 'p50', 'p95', 'p99', 'target']}
      />
      <tbody>
        {measures.map(({ name, targetMs, percentiles }) => {
          const met = isTargetMet(percentiles, targetMs);
          return (
            <tr
              key={name}
              title={met === null ? `Judged from ${ENOUGH_TURNS} turns on` : undefined}
            >
              <th scope="row">{name}</th>
              <td>
                {msText(percentiles.p50)} {met !== null && <TargetVerdict met={met} />}
              </td>
              <td>{msText(percentiles.p95)}</td>
              <td>{msText(percentiles.p99)}</td>
              <td className={styles.quiet}>{msText(targetMs)}</td>
            </tr>
          );
        })}
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

/** Whether a figure met its target: by shape and word, not by colour alone. */
export function TargetVerdict({ met }: { readonly met: boolean }) {
  const sign = met ? 'check' : 'triangle-alert';
  return (
    <span className={styles.verdict} data-met={met}>
      <Icon name={sign} size={13} />
      <span className="visually-hidden">{met ? 'target met' : 'target missed'}</span>
    </span>
  );
}
