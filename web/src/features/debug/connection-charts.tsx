import { Line, LineChart, ResponsiveContainer, YAxis } from 'recharts';
import type { MediaStats } from '../../messages/media-messages.ts';
import { useDebug } from '../../store/controller-context.ts';
import { msText } from './statistics.ts';
import styles from './live.module.css';

/** Round trip, buffers and counters over the last two minutes. */
export function ConnectionCharts() {
  const stats = useDebug((state) => state.stats);
  const now = stats.at(-1);
  return (
    <div className={styles.gauges}>
      <Gauge
        name="Round trip"
        unit="ms"
        value={now?.rttMs ?? null}
        stats={stats}
        lines={['rttMs']}
      />
      <Gauge
        name="Buffered"
        unit="ms"
        value={now?.jitterBufferMs ?? null}
        stats={stats}
        lines={['jitterBufferMs', 'jitterTargetMs']}
      />
      <Gauge
        name="Unacked"
        unit="ms"
        value={now?.unackedMs ?? null}
        stats={stats}
        lines={['unackedMs']}
      />
      <dl className={styles.counters}>
        <Counter
          name="Buffer target"
          value={now === undefined ? null : `${msText(now.jitterTargetMs)} ms`}
        />
        <Counter name="Underruns" value={now === undefined ? null : msText(now.underruns)} />
        <Counter name="Chunks sent" value={now === undefined ? null : msText(now.chunksSent)} />
        <Counter name="Reconnects" value={now === undefined ? null : msText(now.reconnects)} />
      </dl>
    </div>
  );
}

interface GaugeProps {
  readonly name: string;
  readonly unit: string;
  readonly value: number | null;
  readonly stats: readonly MediaStats[];
  /** The second, where there is one, is what the first aims at. */
  readonly lines: readonly (keyof MediaStats)[];
}

function Gauge({ name, unit, value, stats, lines }: GaugeProps) {
  return (
    <figure className={styles.gauge}>
      <figcaption className={styles.caption}>
        <span>{name}</span>
        <span className={styles.value}>{value === null ? '–' : `${msText(value)} ${unit}`}</span>
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

function Counter({ name, value }: { readonly name: string; readonly value: string | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={styles.value}>{value ?? '–'}</dd>
    </div>
  );
}
