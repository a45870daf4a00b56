import { Icon } from '../../ui/icon.tsx';
import type { MeasuredLatency, MonitoringMetrics, Overview } from '@parley/shared/monitoring-api';
import { ENOUGH_TURNS, JUDGED_MS, shownPercentiles } from '@parley/shared/statistics';
import { countText } from '../../lib/figures.ts';
import { TableHead } from '../debug/table-head.tsx';
import { Part } from './part.tsx';
import { msOrDash } from './status-words.ts';
import styles from './latency-table.module.css';

/** The three percentiles, distinguished by colour and by dashes. */
export const LATENCY_LINES = [
  { key: 'p50_ms', name: 'p50', colour: 'var(--segment-asr)', dashes: '' },
  { key: 'p95_ms', name: 'p95', colour: 'var(--segment-uplink)', dashes: '6 3' },
  { key: 'p99_ms', name: 'p99', colour: 'var(--segment-tts)', dashes: '2 2' },
] as const;

/** The whole, then its parts in order. */
const ROWS = [
  { measure: 'e2e', name: 'Voice to voice' },
  { measure: 'endpointing', name: 'End of turn' },
  { measure: 'asr', name: 'Final words' },
  { measure: 'llm', name: 'First word' },
  { measure: 'text_aggregation', name: 'First clause' },
  { measure: 'tts', name: 'First sound' },
] as const satisfies readonly { readonly measure: MeasuredLatency; readonly name: string }[];

/** What is measured of late turns, the median against its target: what the verdict is made of. */
export function LatencyTable({ overview }: { readonly overview: Overview }) {
  const { latencies, metrics } = overview;
  const targets: { readonly [measure in MeasuredLatency]?: Target } = metrics.latency_targets;
  return (
    <Part
      title="Latency"
      width="half"
      note={`${countText(latencies.e2e.count, 'spoken turn', 'spoken turns')} in ${JUDGED_MS / 60_000} minutes`}
    >
      <table className={styles.table}>
        <caption className="visually-hidden">Latencies, milliseconds</caption>
        <TableHead names={['ms', 'p50', 'p95', 'p99', 'Target']} />
        <tbody>
          {ROWS.map(({ measure, name }) => {
            const { p50, p95, p99 } = shownPercentiles(latencies[measure]);
            const target = targets[measure];
            return (
              <tr key={measure}>
                <th scope="row">{name}</th>
                {/* Only the p50 is compared with the target. */}
                <td data-over={target?.met === false}>{msOrDash(p50)}</td>
                <td>{msOrDash(p95)}</td>
                <td>{msOrDash(p99)}</td>
                <td className={styles.target}>
                  {target !== undefined && <TargetMark target={target} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <p className={`quiet ${styles.quiet}`}>
        The p50 is compared with the target, from {ENOUGH_TURNS} turns on. Measured until the relay
        sends the first sound.
      </p>
    </Part>
  );
}

type Target = MonitoringMetrics['latency_targets']['e2e'];

function TargetMark({ target: { target, met } }: { readonly target: Target }) {
  const sign = met === false ? 'triangle-alert' : 'check';
  return (
    <>
      {msOrDash(target)}
      <span className={styles.mark} data-met={met ?? 'unknown'}>
        {met !== null && <Icon name={sign} size={14} />}
        <span className="visually-hidden">
          {met === null ? 'too few turns' : met ? 'met' : 'missed'}
        </span>
      </span>
    </>
  );
}
