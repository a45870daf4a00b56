import type { StoredTurn } from '@parley/shared';
import { LATENCY_SEGMENTS, timelineOf } from '@parley/shared/latency';
import { exactUsdText } from '../../lib/figures.ts';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { SEGMENT_WORDS } from '../debug/segments.ts';
import { msText } from '../debug/statistics.ts';
import waterfall from '../debug/waterfall.module.css';
import styles from './transcript.module.css';

interface TurnTimingProps {
  readonly turn: StoredTurn;
  readonly isTimed: boolean;
}

/** Where the time of a kept turn went, and who did it; same colours as in the debug panel. */
export function TurnTiming({ turn, isTimed }: TurnTimingProps) {
  const { timeline, voiceToVoiceMs } = timelineOf(turn.timeline);
  const segments = isTimed ? LATENCY_SEGMENTS.filter((segment) => timeline[segment] > 0) : [];
  return (
    <div className={styles.timing}>
      {isTimed && (
        <div className={waterfall.bar} aria-hidden="true">
          {segments.map((segment) => (
            <span
              key={segment}
              className={waterfall.segment}
              style={{
                width: `${(timeline[segment] / voiceToVoiceMs) * 100}%`,
                background: SEGMENT_WORDS[segment].colour,
              }}
            />
          ))}
        </div>
      )}
      <dl className={styles.list}>
        {segments.map((segment) => (
          <div key={segment}>
            <dt>
              <span
                className={waterfall.swatch}
                style={{ background: SEGMENT_WORDS[segment].colour }}
              />
              {SEGMENT_WORDS[segment].label}
            </dt>
            <dd>{msText(timeline[segment])} ms</dd>
          </div>
        ))}
        {STAGE_WORDS.map(({ stage, name }) => {
          const provider = turn.providers[stage];
          if (provider === undefined) return null;
          return (
            <div key={stage}>
              <dt>{name}</dt>
              <dd>{provider}</dd>
            </div>
          );
        })}
        <div>
          <dt>Cost</dt>
          <dd>{exactUsdText(turn.cost_usd)}</dd>
        </div>
      </dl>
    </div>
  );
}
