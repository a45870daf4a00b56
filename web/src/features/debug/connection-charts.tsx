import { Line, LineChart, ResponsiveContainer, YAxis } from 'recharts';
import type { MediaStats } from '../../client/index.ts';
import { useDebug } from '../../client/react/index.ts';
import { lineFigures } from './line-words.ts';
import { msText } from './statistics.ts';
import styles from './live.module.css';

type Gauged = Exclude<keyof MediaStats, 'line'>;

/** Name, and what is drawn; the second, if there is one, is what the first aims at. */
const GAUGES = [
  ['Round trip', ['rttMs']],
  ['Buffered', ['jitterBufferMs', 'jitterTargetMs']],
  ['Unacked', ['unackedMs']],
] as const satisfies readonly (readonly [string, readonly Gauged[]])[];

const COUNTERS = [
  ['Buffer target', 'jitterTargetMs', ' ms'],
  ['Underruns', 'underruns', ''],
  ['Chunks sent', 'chunksSent', ''],
  ['Reconnects', 'reconnects', ''],
  ['Echo', 'echoDb', ' dB'],
  ['Echo delay', 'echoDelayMs', ' ms'],
] as const satisfies readonly (readonly [string, Gauged, string])[];

/** Round trip and buffers over the last two minutes. */
export function ConnectionCharts() {
  const stats = useDebug((state) => state.stats);
  return (
    <div className={styles.gauges}>
      {GAUGES.map(([name, lines]) => (
        <Gauge key={name} name={name} stats={stats} lines={lines} />
      ))}
    </div>
  );
}

export function ConnectionCounters() {
  const stats = useDebug((state) => state.stats);
  const now = stats.at(-1);
  const figures = COUNTERS.map(
    ([name, counter, unit]) => [name, figureText(now?.[counter] ?? null, unit)] as const,
  );
  return (
    <dl className={styles.counters}>
      {[...lineFigures(stats), ...figures].map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function figureText(value: number | null, unit: string): string {
  return value === null ? msText(null) : `${msText(value)}${unit}`;
}

interface GaugeProps {
  readonly name: string;
  readonly stats: readonly MediaStats[];
  readonly lines: readonly [Gauged, ...Gauged[]];
}

function Gauge({ name, stats, lines }: GaugeProps) {
  const value = stats.at(-1)?.[lines[0]] ?? null;
  return (
    <figure className={styles.gauge}>
      <figcaption className={styles.caption}>
        <span>{name}</span>
        <span className={styles.value}>{figureText(value, ' ms')}</span>
      </figcaption>
      <div className={styles.chart} aria-hidden="true">
        <ResponsiveContainer
          width="100%"
          height="100%"
          initialDimension={{ width: 120, height: 40 }}
        >
          <LineChart
            data={[...stats]}
            margin={{ top: 3, right: 1, bottom: 3, left: 1 }}
            accessibilityLayer={false}
          >
            <YAxis hide domain={[0, (most: number) => Math.max(50, most * 1.1)]} />
            {lines.map((line, index) => (
              <Line
                key={line}
                dataKey={line}
                dot={false}
                isAnimationActive={false}
                strokeWidth={1.5}
                stroke={index === 0 ? 'var(--accent)' : 'var(--text-quiet)'}
                {...(index === 0 ? {} : { strokeDasharray: '3 3' })}
              />
            ))}
          </LineChart>
        </ResponsiveContainer>
      </div>
    </figure>
  );
}
