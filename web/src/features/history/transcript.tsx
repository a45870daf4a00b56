import { type ConversationDetail, ERRORS, type StoredTurn } from '@parley/shared';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import { dayText, timeText } from '../../lib/dates.ts';
import { useSettings } from '../../client/react/index.ts';
import captions from '../call/captions.module.css';
import styles from './transcript.module.css';
import { Icon } from '../../ui/icon.tsx';
import { timelineOf, LATENCY_SEGMENTS } from '@parley/shared/latency';
import { exactUsdText } from '../../lib/figures.ts';
import { clockText } from '../call/call-clock.tsx';
import { msText, SEGMENT_WORDS } from '../debug/statistics.ts';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { Swatch } from '../../ui/chart-legend.tsx';
import waterfall from '../debug/waterfall.module.css';

interface TurnTimingProps {
  readonly turn: StoredTurn;
  readonly isTimed: boolean;
}

/** All that was said, call by call. */
export function Transcript({ conversation }: { readonly conversation: ConversationDetail }) {
  const size = useSettings((settings) => settings.captionSize);
  const { sessions, turns } = conversation;
  const isWordless = turns.every(({ user_text, reply_text }) => (user_text ?? reply_text) === null);
  return (
    <div className={styles.transcript} data-size={size}>
      {isWordless && (
        <p className={`quiet ${styles.note}`}>
          {turns.length === 0
            ? 'Nothing was said in this conversation.'
            : 'The words of this conversation were not kept, only when it was and what it cost.'}
        </p>
      )}
      {sessions.map((session) => (
        <section key={session.id} aria-label={`Call of ${timeText(session.started_at)}`}>
          <p className={captions.divider}>
            <span>
              {dayText(session.started_at)}, {timeText(session.started_at)}
              {session.client !== '' && ` · ${session.client}`}
            </span>
          </p>
          <ol className={styles.turns}>
            {turns
              .filter((turn) => turn.session_id === session.id)
              .map((turn) => (
                <TranscriptTurn key={turn.id} turn={turn} />
              ))}
          </ol>
          <p className={`quiet ${styles.note}`}>{endingOf(session)}</p>
        </section>
      ))}
    </div>
  );
}

/** How a call ended, if not by hanging up. */
function endingOf({ close_reason: reason }: ConversationDetail['sessions'][number]): string | null {
  if (reason === null || reason === CLOSE_REASONS.normal.reason) return null;
  const known = Object.values(CLOSE_REASONS).find((entry) => entry.reason === reason);
  return known?.message ?? null;
}

/** A turn as it was heard: what was cut off is struck through, what failed says so. */
function TranscriptTurn({ turn }: { readonly turn: StoredTurn }) {
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
              <Icon name="alarm-clock" size={16} /> Timer
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
      {turn.was_interrupted && <p className={`quiet ${styles.mark}`}>You interrupted here</p>}
      {error !== null && (
        <p className={`quiet ${styles.error}`}>
          <Icon name="triangle-alert" size={15} /> {ERRORS[error].message}
        </p>
      )}
      <Figures turn={turn} />
    </li>
  );
}

/** How quick and how dear the answer was; in full when opened. */
function Figures({ turn }: { readonly turn: StoredTurn }) {
  const { voiceToVoiceMs } = timelineOf(turn.timeline);
  const isTimed = turn.timeline.audio_heard !== undefined && voiceToVoiceMs > 0;
  const isAnswer = isTimed && turn.trigger !== 'timer' && turn.trigger !== 'notice';
  const providers = Object.entries(turn.providers);
  if (!isTimed && providers.length === 0 && turn.cost_usd === 0) return null;
  return (
    <details className={styles.details}>
      <summary className={styles.figures}>
        <Icon name="chevron-right" size={14} />
        {isAnswer
          ? `Answered after ${Math.max(0.1, voiceToVoiceMs / 1_000).toFixed(1)} s`
          : 'Details'}
        {turn.cost_usd > 0 && ` · ${exactUsdText(turn.cost_usd)}`}
      </summary>
      <TurnTiming turn={turn} isTimed={isTimed} />
    </details>
  );
}

/** How the time of a kept turn was spent, and by whom; same colours as in the debug panel. */
function TurnTiming({ turn, isTimed }: TurnTimingProps) {
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
              <Swatch colour={SEGMENT_WORDS[segment].colour} />
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
          <dt>Time in the call</dt>
          <dd>{clockText(turn.offset_ms)}</dd>
        </div>
        <div>
          <dt>Cost</dt>
          <dd>{exactUsdText(turn.cost_usd)}</dd>
        </div>
      </dl>
    </div>
  );
}
