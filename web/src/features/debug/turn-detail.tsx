import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import {
  type EndOfTurnPrediction,
  type MeasuredTurn,
  type RecordedTurn,
  STAGES,
} from '../../client/index.ts';
import { SEGMENT_WORDS, targetOf } from './segments.ts';
import { msText, segmentText } from './statistics.ts';
import { Verdict } from './verdict.tsx';
import styles from './waterfall.module.css';

/** Where a turn's time went, and why it ended when it did. */
export function TurnDetail(props: { readonly turn: RecordedTurn; readonly number: number }) {
  const { turn, number } = props;
  return (
    <>
      <Segments turn={turn} number={number} />
      <p className={styles.decision}>
        {turn.utterance !== null && decisionWords(turn.endOfTurn)}{' '}
        {turn.servedBy !== null && servedWords(turn.servedBy)}
      </p>
    </>
  );
}

/** Why the turn was taken as over when it was. */
function decisionWords(endOfTurn: EndOfTurnPrediction | undefined): string {
  if (endOfTurn === undefined) return 'End of turn: not predicted.';
  const { probability, delayMs, reasons } = endOfTurn;
  const why = reasons.map((reason) => reason.replaceAll('_', ' ')).join(', ');
  return `End of turn: ${Math.round(probability * 100)} % likely, after ${msText(delayMs)} ms (${why}).`;
}

function servedWords(servedBy: NonNullable<RecordedTurn['servedBy']>): string {
  return `Served by ${STAGES.map((stage) => servedBy[stage]).join(', ')}.`;
}

/** The eight segments: exact figure, who did it, and the target if there is one. */
function Segments({ turn, number }: { readonly turn: MeasuredTurn; readonly number: number }) {
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
              {segmentText(turn, segment)}
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
