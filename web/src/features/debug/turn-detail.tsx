import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import type { MeasuredTurn } from '../../messages/media-messages.ts';
import { SEGMENT_WORDS, targetOf } from './segments.ts';
import { msText } from './statistics.ts';
import { Verdict } from './verdict.tsx';
import styles from './waterfall.module.css';

/** A turn's eight segments: exact figure, who did it, and the target if there is one. */
export function TurnDetail(props: { readonly turn: MeasuredTurn; readonly number: number }) {
  const { turn, number } = props;
  return (
    <dl className={styles.detail} aria-label={`Turn ${number} in full`}>
      {LATENCY_SEGMENTS.map((segment) => {
        const words = SEGMENT_WORDS[segment];
        const target = targetOf(segment);
        const ms = turn.timeline[segment];
        return (
          <div key={segment} className={styles.entry}>
            <dt>
              <span className={styles.swatch} style={{ background: words.colour }} />
              {words.label}
            </dt>
            <dd className={styles.who}>{words.who}</dd>
            <dd className={styles.figure}>
              {msText(ms)}
              <span className={styles.slot}>
                {target !== null && turn.utterance !== null && (
                  <Verdict ms={ms} targetMs={target} />
                )}
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
