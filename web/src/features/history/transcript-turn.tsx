import { AlarmClock, ChevronRight, TriangleAlert } from 'lucide-react';
import { ERRORS, type StoredTurn } from '@parley/shared';
import { timelineOf } from '@parley/shared/latency';
import { exactUsdText } from '../../lib/figures.ts';
import captions from '../call/captions.module.css';
import { clockText } from '../call/call-clock.tsx';
import { msText } from '../debug/statistics.ts';
import { TurnTiming } from './turn-timing.tsx';
import styles from './transcript.module.css';

/** A turn as it was heard: what was cut off is struck through, what failed says so. */
export function TranscriptTurn({ turn }: { readonly turn: StoredTurn }) {
  const { user_text: said, reply_text: heard, unheard_text: unheard, error } = turn;
  const hasReply = heard !== null || unheard !== null;
  return (
    <li className={styles.turn}>
      {said !== null && (
        <p className={captions.user}>
          <span className="visually-hidden">You: </span>
          {said}
        </p>
      )}
      {hasReply && (
        <p className={captions.reply}>
          {turn.trigger === 'timer' && (
            <span className={captions.mark}>
              <AlarmClock aria-hidden="true" size={16} /> Timer
            </span>
          )}
          <span className="visually-hidden">Parley: </span>
          {heard}
          {unheard !== null && (
            <>
              {' '}
              <span className="visually-hidden">Not heard: </span>
              <s className={captions.unheard}>{unheard.trim()}</s>
            </>
          )}
        </p>
      )}
      {turn.was_interrupted && <p className={styles.mark}>You interrupted here</p>}
      {error !== null && (
        <p className={styles.error}>
          <TriangleAlert aria-hidden="true" size={15} /> {ERRORS[error].message}
        </p>
      )}
      <Figures turn={turn} />
    </li>
  );
}

/** When it was, how quick and how dear; in full when opened. */
function Figures({ turn }: { readonly turn: StoredTurn }) {
  const { voiceToVoiceMs } = timelineOf(turn.timeline);
  const isTimed = turn.timeline.audio_heard !== undefined && voiceToVoiceMs > 0;
  const providers = Object.entries(turn.providers);
  const facts = [
    clockText(turn.offset_ms),
    ...(isTimed ? [`${msText(voiceToVoiceMs)} ms`] : []),
    ...(turn.cost_usd > 0 ? [exactUsdText(turn.cost_usd)] : []),
  ].join(' · ');
  if (!isTimed && providers.length === 0) return <p className={styles.figures}>{facts}</p>;
  return (
    <details className={styles.details}>
      <summary className={styles.figures}>
        <ChevronRight aria-hidden="true" size={14} />
        <span className="visually-hidden">Timing: </span>
        {facts}
      </summary>
      <TurnTiming turn={turn} isTimed={isTimed} />
    </details>
  );
}
