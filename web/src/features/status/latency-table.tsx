import { Check, TriangleAlert } from 'lucide-react';
import type {
  AveragedLatency,
  MeasuredLatency,
  MonitoringMetrics,
  Overview,
  Percentiles,
} from '@parley/shared/monitoring-api';
import { countText } from '../../lib/figures.ts';
import { Part } from './part.tsx';
import { msOrDash } from './status-words.ts';
import styles from './latency-table.module.css';

/** The three percentiles, distinguished by colour and by dashes. */
export const LATENCY_LINES = [
  { key: 'p50_ms', name: 'p50', colour: 'var(--segment-asr)', dashes: '' },
  { key: 'p95_ms', name: 'p95', colour: 'var(--segment-uplink)', dashes: '6 3' },
  { key: 'p99_ms', name: 'p99', colour: 'var(--segment-tts)', dashes: '2 2' },
] as const;

/** What matters most first. */
const ROWS = [
  { measure: 'e2e', name: 'Voice to voice' },
  { measure: 'pipeline', name: 'Pipeline' },
  { measure: 'endpointing', name: 'Endpointing' },
  { measure: 'asr', name: 'Recognition' },
  { measure: 'llm', name: 'Answer' },
  { measure: 'tts', name: 'Voice' },
] as const satisfies readonly { readonly measure: MeasuredLatency; readonly name: string }[];

/** What is measured of late turns, against what it aims at. */
export function LatencyTable({ overview }: { readonly overview: Overview }) {
  const { latencies, metrics } = overview;
  return (
    <Part
      title="Latency"
      width="half"
      note={`of ${countText(latencies.e2e.count, 'spoken turn', 'spoken turns')}`}
    >
      <table className={styles.table}>
        <caption className="visually-hidden">Latencies, milliseconds</caption>
        <thead>
          <tr>
            {['ms', 'p50', 'p95', 'p99', 'Target'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ measure, name }) => (
            <LatencyRow
              key={measure}
              name={name}
              percentiles={latencies[measure]}
              target={targetOf(metrics, measure)}
            />
          ))}
        </tbody>
      </table>
      <p className={styles.quiet}>
        A target counts as met if the mean of the latest calls is below it.
      </p>
    </Part>
  );
}

type Target = MonitoringMetrics['latency_targets'][AveragedLatency];

function targetOf({ latency_targets: targets }: MonitoringMetrics, measure: MeasuredLatency) {
  return measure === 'endpointing' ? undefined : targets[measure];
}

interface LatencyRowProps {
  readonly name: string;
  readonly percentiles: Percentiles;
  /** undefined: there is none. */
  readonly target: Target | undefined;
}

function LatencyRow({ name, percentiles, target }: LatencyRowProps) {
  return (
    <tr>
      <th scope="row">{name}</th>
      {percentiles.count === 0 ? (
        <td colSpan={3} className={styles.none}>
          no turn yet
        </td>
      ) : (
        (['p50', 'p95', 'p99'] as const).map((rank) => (
          <Figure key={rank} ms={percentiles[rank]} target={target} />
        ))
      )}
      <td className={styles.target}>{target !== undefined && <TargetMark target={target} />}</td>
    </tr>
  );
}

function Figure({
  ms,
  target,
}: {
  readonly ms: number | null;
  readonly target: Target | undefined;
}) {
  const isOver = ms !== null && target !== undefined && ms > target.target;
  return (
    <td data-over={isOver}>
      {msOrDash(ms)}
      {isOver && <span className="visually-hidden"> over the target</span>}
    </td>
  );
}

function TargetMark({ target: { target, met } }: { readonly target: Target }) {
  const Sign = met === false ? TriangleAlert : Check;
  return (
    <>
      {msOrDash(target)}
      <span className={styles.mark} data-met={met ?? 'unknown'}>
        {met !== null && <Sign aria-hidden="true" size={14} />}
        <span className="visually-hidden">
          {met === null ? 'not measured yet' : met ? 'met' : 'missed'}
        </span>
      </span>
    </>
  );
}
