import { useRef, useEffect, type CSSProperties } from 'react';
import { useCallState, useCall, useSettings } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { useOnline } from '../../ui/use-online.ts';
import notice from './notice.module.css';
import outageStyles from './outage-notice.module.css';
import { isHeard } from './call-words.ts';
import { clockText, useNow } from './call-clock.tsx';
import styles from './call-asides.module.css';
import welcome from './welcome.module.css';
import type { CallState, Outage } from '../../client/index.ts';
import { timeText } from '../../lib/dates.ts';

const ELSEWHERE =
  'If the relay of this page is elsewhere, parley.json beside the page must name it.';

/** As long as it is shown in all, over as many answers as that takes. */
const SHOWN_MS = 10_000;

/** What a running call may have to say beside itself; fetched when one begins. */
export function CallAsides() {
  return (
    <>
      <FirstTalkGuide />
      <OutageNotice />
    </>
  );
}

/** The relay does not answer for long: when it is tried again, and what is kept until then. */
function OutageNotice() {
  const outage = useCallState((state) => state.outage);
  return outage === null ? null : <Outage key={outage.sinceMs} />;
}

function Outage() {
  const controller = useCall();
  const online = useOnline();
  const nowMs = useNow();
  const isShown = useCallState((state) => isOutageShown(state, nowMs));
  const fault = useCallState(({ outage }) => outage?.fault ?? null);
  const next = useCallState(({ outage }) => (outage === null ? '' : nextTryText(outage, nowMs)));
  const kept = useCallState((state) => keptText(state, nowMs));
  return (
    <div className={notice.place}>
      <div className={`${notice.notice} ${outageStyles.notice}`} hidden={!isShown}>
        <div className={outageStyles.words}>
          <p className={outageStyles.head}>
            {/* Read out once; the count beside it would be read out every second. */}
            <span role="status">
              {isShown && (online ? 'Parley is not answering.' : 'There is no network.')}
            </span>{' '}
            <span className={outageStyles.next}>{next}</span>
          </p>
          <p className={`quiet ${outageStyles.kept}`}>{kept}</p>
        </div>
        {fault !== null && (
          <details className={`quiet ${outageStyles.kept}`}>
            <summary>Details</summary>
            <p>
              {fault.message} {fault.code === 'not_a_relay' && ELSEWHERE}
            </p>
          </details>
        )}
        <Button onClick={() => controller.retryNow()}>Try now</Button>
      </div>
    </div>
  );
}

/**
 * Shows in the first call that an answer can be interrupted: while one is heard, until the person
 * has done it, has put it away, or has had ten seconds to read it. The hint takes neither focus nor
 * room, and goes as soon as the person talks.
 */
function FirstTalkGuide() {
  const controller = useCall();
  const guided = useSettings((settings) => settings.guided);
  const isInTheWay = useCallState(({ error, outage }) => error !== null || outage !== null);
  const isAnswered = useCallState((state) => state.phase === 'speaking' && isHeard(state));
  const isShown = !guided && isAnswered && !isInTheWay;
  const leftMs = useRef(SHOWN_MS);

  useEffect(() => {
    if (!isShown) return;
    const sinceMs = performance.now();
    const timer = setTimeout(() => controller.changeSettings({ guided: true }), leftMs.current);
    return () => {
      clearTimeout(timer);
      leftMs.current -= performance.now() - sinceMs;
      // They talk over the answer: there is nothing more to show.
      if (controller.state.getState().phase === 'hearing')
        controller.changeSettings({ guided: true });
    };
  }, [isShown, controller]);

  return (
    <div className={`${notice.place} ${styles.place}`}>
      {isShown && (
        <p className={`${notice.notice} ${styles.guide}`}>
          <span>
            You need not wait: <strong>talk, and Parley stops</strong> to listen.
          </span>
          <Button look="plain" onClick={() => controller.changeSettings({ guided: true })}>
            Got it
          </Button>
        </p>
      )}
    </div>
  );
}

/** How far the timer is that rings next, beside the state. Not read out as it goes. */
export function TimerRing() {
  const timer = useCallState((state) => state.timer);
  return timer === null ? null : <Ring key={timer.atMs} {...timer} />;
}

function Ring({ inMs, atMs }: NonNullable<CallState['timer']>) {
  const nowMs = useNow();
  // A second that has begun counts, so that zero is when it rings.
  const leftMs = Math.max(0, Math.ceil((atMs + inMs - nowMs) / 1_000) * 1_000);
  const left = clockText(leftMs);
  const share = { '--left': leftMs / inMs } as CSSProperties;
  const name = `Timer, ${left} left`;
  return (
    <span className={styles.timer} role="timer" aria-label={name} data-left={left} style={share} />
  );
}

/** What the person could say next: until they speak or type, or something else is said. */
export function Suggestions() {
  const controller = useCall();
  const isHearing = useCallState((state) => state.phase === 'hearing');
  const texts = useCallState(({ standing, conversation }) => {
    const last = standing.kind === 'running' ? conversation.at(-1) : undefined;
    return last?.kind === 'reply' ? last.suggestions : undefined;
  });
  if (texts === undefined) return null;
  return (
    <div
      className={styles.suggestions}
      role="group"
      aria-label="You could say"
      data-hearing={isHearing}
    >
      {texts.map((text) => (
        <button
          key={text}
          type="button"
          className={welcome.suggestion}
          onClick={() => controller.sendText(text)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

/** In a conversation, a shorter silence of the relay is a reconnection: the line of state shows it. */
const LONG_MS = 10_000;

export function isOutageShown({ outage, session }: CallState, nowMs: number): boolean {
  return outage !== null && (session === null || nowMs - outage.sinceMs >= LONG_MS);
}

/** “Next try in 8 s”, or that one runs. */
export function nextTryText({ nextTryAtMs }: Outage, nowMs: number): string {
  const seconds = nextTryAtMs === null ? 0 : Math.ceil((nextTryAtMs - nowMs) / 1_000);
  return seconds > 0 ? `Next try in ${seconds} s` : 'Trying now';
}

/**
 * What an outage costs, and until when it costs nothing. The page keeps the last 1,024 messages,
 * of which ten a second are speech.
 */
export function keptText({ session, outage, microphone }: CallState, nowMs: number): string {
  const what = microphone.kind === 'granted' ? 'say (up to a minute and a half) or type' : 'type';
  const kept = `What you ${what} is kept and sent later.`;
  if (session === null || outage === null) return kept;
  const lostAtMs = outage.sinceMs + session.limits.resume_window_ms;
  return nowMs < lostAtMs
    ? `${kept} The call waits for you until ${timeText(lostAtMs)}.`
    : `${kept} The server has let the call go: another begins, and what is written here stays.`;
}
