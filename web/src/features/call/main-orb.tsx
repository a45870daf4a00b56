import { useEffect, useRef, useState, type Ref, type RefObject } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useCallState, useCall, useSettings } from '../../client/react/index.ts';
import { late } from '../../ui/late.tsx';
import { useOnline } from '../../ui/use-online.ts';
import { announcementOf, stateLineOf } from './call-words.ts';
import styles from './call-screen.module.css';
import { Orb } from './orb.tsx';
import orbStyles from './orb.module.css';
import { orbRoleOf } from './orb-role.ts';
import { useHold } from './use-hold.ts';

const TimerRing = late(async () => (await import('./call-asides.tsx')).TimerRing);

/**
 * Puts the focus on the orb if the control that had it went away with the state it belonged to
 * (“Hang up”, “Try again”): a keyboard must not begin again at the top of the page.
 */
export function useFocusKeeper(): RefObject<HTMLButtonElement | null> {
  const { state: call } = useCall();
  const orb = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    let focused: Element | null = null;
    const onFocus = (event: FocusEvent): void => {
      focused = event.target instanceof Element ? event.target : null;
    };
    document.addEventListener('focusin', onFocus);
    const unsubscribe = call.subscribe(() => {
      // After React has taken the control away.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body || focused?.isConnected !== false) return;
        orb.current?.focus();
      });
    });
    return () => {
      document.removeEventListener('focusin', onFocus);
      unsubscribe();
    };
  }, [call]);
  return orb;
}

/** How long the line of state says what pressing the orb did not do. */
const EXPLAINED_MS = 2_000;

/** @param props.hint - said in place of the state; null if there is none */
function StateLine({ hint, isAside }: { readonly hint: string | null; readonly isAside: boolean }) {
  const online = useOnline();
  const interruption = useSettings((settings) => settings.interruption);
  const line = useCallState((state) => hint ?? stateLineOf(state, online, interruption));
  const announcement = useCallState((state) => hint ?? announcementOf(state, online));
  const isTimed = useCallState((state) => state.timer !== null);
  return (
    <>
      {/* In another place, and with other words, it is another element: it fades in, and nothing slides. */}
      <p key={`${isAside}`} id="call-state" className={styles.state}>
        <span key={line} className={styles.line}>
          {line}
        </span>
        {isTimed && <TimerRing />}
      </p>
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </>
  );
}

interface MainOrbProps {
  readonly ref: Ref<HTMLButtonElement>;
  /** Beside its line rather than above it. */
  readonly isAside: boolean;
  readonly onType: () => void;
}

/** The orb of the running call, with the line of state under it. */
export function MainOrb({ ref, isAside, onType }: MainOrbProps) {
  const controller = useCall();
  // Compared piece by piece, so that a new caption does not render the orb.
  const { mood, action, label, icon } = useCallState(useShallow(orbRoleOf));
  const hold = useHold(action === 'hold');
  const [isExplained, setExplained] = useState(false);

  const press = (): void => {
    switch (action) {
      case 'start':
        return void controller.callAgain();
      case 'ask-microphone':
        return void controller.requestMicrophone();
      case 'finish':
        return controller.finishTurn();
      case 'explain':
        setExplained(true);
        return void setTimeout(() => setExplained(false), EXPLAINED_MS);
      case 'unmute':
        return controller.setMuted(false);
      case 'stop-speaking':
        return controller.interrupt();
      case 'type':
        return onType();
      case 'hold':
    }
  };
  return (
    <>
      <Orb
        ref={ref}
        mood={mood}
        label={label}
        aria-describedby="call-state"
        aria-keyshortcuts="Space"
        data-orb=""
        icon={icon}
        ring={<EndOfTurnRing />}
        data-action={action}
        {...hold}
        // The second click of two would stop the answer that the first one asks for.
        onClick={({ detail }) => detail < 2 && press()}
      />
      <StateLine hint={isExplained && action === 'explain' ? label : null} isAside={isAside} />
    </>
  );
}

/** While the person pauses: fills until their turn is taken as over, and goes if they go on. */
function EndOfTurnRing() {
  const prediction = useCallState((state) => state.endOfTurn);
  if (prediction === null) return null;
  const { delayMs, elapsedMs } = prediction;
  return (
    <svg className={orbStyles.ring} viewBox="0 0 100 100" aria-hidden="true" data-ring="">
      <circle
        // Another prediction is another run of the animation.
        key={`${delayMs} ${elapsedMs}`}
        cx="50"
        cy="50"
        r="49"
        pathLength="1"
        style={{ animationDuration: `${delayMs}ms`, animationDelay: `-${elapsedMs}ms` }}
      />
    </svg>
  );
}
