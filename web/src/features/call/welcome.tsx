import { useState } from 'react';
import { useStore } from 'zustand';
import { late } from '../../ui/late.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { lastTalk } from '../../client/index.ts';
import { useCallState, useCall } from '../../client/react/index.ts';
import { providerLineOf, WELCOME_SUGGESTIONS } from './call-words.ts';
import { ladderLinesOf } from './ladder-words.ts';
import styles from './welcome.module.css';

/** A conversation that is older is not offered again. */
const OFFERED_MS = 7 * 24 * 60 * 60_000;

const GoOn = late(async () => (await import('./call-summary.tsx')).GoOn);

/** The first visit, and an empty conversation: what this is and what to say. */
export function Welcome() {
  const controller = useCall();
  const providers = useStore(controller.providers);
  const online = useOnline();
  const [last] = useState(() => {
    const talk = lastTalk();
    return talk !== null && Date.now() - talk.atMs < OFFERED_MS ? talk.id : null;
  });
  const isAway = useCallState(({ outage }) => outage !== null);
  const inCall = useCallState((state) => state.standing.kind === 'running');
  // Who talks, or waits for the answer, needs no suggestions.
  const isInTurn = useCallState(({ phase }) => /hearing|thinking|speaking/.test(phase));
  // While a provider replaces another, another line says so.
  const isAsUsual = useCallState((state) => ladderLinesOf(state).length === 0);
  if (isAway || !(online || inCall)) {
    if (inCall) return null;
    return (
      <p className={`${styles.welcome} ${styles.title}`}>
        {online && 'Parley is not answering. '}This page keeps trying.
      </p>
    );
  }
  return (
    <section
      className={styles.welcome}
      data-in-call={inCall}
      data-in-turn={isInTurn}
      aria-labelledby="welcome-title"
    >
      <h2 id="welcome-title" className={styles.title}>
        {inCall ? 'You could try' : 'A voice you can talk to, and interrupt.'}
      </h2>
      <ul className={styles.suggestions}>
        {WELCOME_SUGGESTIONS.map((suggestion) => (
          <li key={suggestion}>
            <button
              type="button"
              className={styles.suggestion}
              onClick={() => controller.sendText(suggestion)}
            >
              {suggestion}
            </button>
          </li>
        ))}
      </ul>
      {last !== null && !inCall && (
        <div className={styles.last}>
          <GoOn id={last} />
        </div>
      )}
      {/* Holds its line while the names are on their way or out of date, so that nothing moves. */}
      <p className={`quiet ${styles.providers}`} data-current={isAsUsual}>
        {providers === null ? '\u00a0' : providerLineOf(providers)}
      </p>
    </section>
  );
}
