import { useEffect, useRef } from 'react';
import { useCall, useController, useSettings } from './controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { isHeard } from './call-words.ts';
import styles from './first-talk-guide.module.css';

/** As long as it is shown in all, over as many answers as that takes. */
const SHOWN_MS = 10_000;

/**
 * Shows in the first call that an answer can be interrupted: while one is heard, until the person
 * has done it, has put it away, or has had ten seconds to read it. It takes neither focus nor room,
 * and goes as soon as the person talks.
 */
export function FirstTalkGuide() {
  const guided = useSettings((settings) => settings.guided);
  return guided ? null : <Guide />;
}

function Guide() {
  const controller = useController();
  const isShown = useCall(
    (state) =>
      state.phase === 'speaking' && isHeard(state) && state.error === null && state.outage === null,
  );
  const leftMs = useRef(SHOWN_MS);

  useEffect(() => {
    if (!isShown) return;
    const sinceMs = performance.now();
    const timer = setTimeout(() => controller.changeSettings({ guided: true }), leftMs.current);
    return () => {
      clearTimeout(timer);
      leftMs.current -= performance.now() - sinceMs;
      // They talk over the answer: there is nothing more to show.
      if (controller.call.getState().phase === 'hearing') controller.changeSettings({ guided: true });
    };
  }, [isShown, controller]);

  return (
    <div className={styles.place}>
      {isShown && (
        <p className={styles.guide}>
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
