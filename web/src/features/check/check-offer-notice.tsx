import { useEffect, useState } from 'react';
import { useCallState, useCall, useSettings } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import styles from './check-offer-notice.module.css';
import type { CallState } from '../../client/index.ts';

/** As long as an open microphone may deliver nothing before the person is warned. */
export const SILENT_MS = 15_000;

/** Perceptual, 0–1: anything quieter is not a voice, however soft. */
export const HEARD_LEVEL = 0.08;

/** Complaints that the check can find the cause of. */
const CHECKABLE: ReadonlySet<string> = new Set([
  'audio_unavailable',
  'vad_failed',
  'microphone_lost',
]);

interface SilenceWatch {
  /** Whether the microphone is to be watched, and which one: another begins anew. */
  watch(microphone: object | null): void;
  level(level: number): void;
  dispose(): void;
}

/** Offers what helps when something keeps the person from talking: the check, or their voice. */
export function CheckOfferNotice({ onCheck }: { readonly onCheck: () => void }) {
  const controller = useCall();
  const { state: call, levels } = controller;
  const [isSilent, setSilent] = useState(false);
  useEffect(() => {
    const watch = createSilenceWatch(setSilent);
    const look = (): void => {
      const state = call.getState();
      watch.watch(isMicrophoneOpen(state) ? state.microphone : null);
    };
    look();
    const release = [
      call.subscribe(look),
      levels.subscribe(({ microphone }) => watch.level(microphone)),
    ];
    return () => {
      for (const unsubscribe of release) unsubscribe();
      watch.dispose();
    };
  }, [call, levels]);
  const offer = useCallState((state) => offerOf(state, isSilent));
  const interruption = useSettings((settings) => settings.interruption);
  const hearsItself = useCallState(
    (state) => state.standing.kind === 'running' && state.hearsItself,
  );
  return (
    <div className={styles.place} role="status">
      {offer !== null && (
        <p className={`quiet ${styles.offer}`}>
          {offer}
          <Button onClick={onCheck}>Check sound and connection</Button>
        </p>
      )}
      {hearsItself && interruption === 'automatic' && (
        <p className={`quiet ${styles.offer}`}>
          Your microphone hears Parley too loud for your voice to interrupt it. Tap the circle,
          press Space, or use headphones.
          <Button onClick={() => controller.changeSettings({ interruption: 'voice' })}>
            Interrupt by voice all the same
          </Button>
        </p>
      )}
    </div>
  );
}

/** Whether the microphone is open and should deliver something. */
function isMicrophoneOpen({ standing, microphone, muted, phase }: CallState): boolean {
  const isTalking = phase !== 'starting' && phase !== 'reconnecting';
  return standing.kind === 'running' && microphone.kind === 'granted' && !muted && isTalking;
}

/**
 * Why a check is offered; null if it is not.
 *
 * @param isSilent the open microphone has delivered nothing for `SILENT_MS`
 */
export function offerOf(state: CallState, isSilent: boolean): string | null {
  const { standing, error, outage } = state;
  // The check cannot mend that, and another notice says it.
  if (outage !== null) return null;
  if (standing.kind === 'over') {
    const { reason, retry } = standing.reason;
    // Nor can it mend a server that restarts, or has no room.
    const isOurs = retry === 'resume' || reason === 'start_failed';
    return isOurs ? 'Something kept you from talking.' : null;
  }
  if (standing.kind === 'none') return null;
  if (isSilent && isMicrophoneOpen(state)) return 'Nothing is heard from your microphone.';
  return error !== null && CHECKABLE.has(error.code) ? 'Something keeps you from talking.' : null;
}

/**
 * Notices an open microphone that delivers nothing from the beginning. One that was heard once
 * works: after that, silence is the person's own.
 */
export function createSilenceWatch(onChange: (isSilent: boolean) => void): SilenceWatch {
  let watched: object | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSilent = false;
  const settle = (silent: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    if (silent === isSilent) return;
    isSilent = silent;
    onChange(silent);
  };
  return {
    watch(microphone) {
      if (microphone === watched) return;
      watched = microphone;
      settle(false);
      if (microphone !== null) timer = setTimeout(() => settle(true), SILENT_MS);
    },
    level(level) {
      if (level >= HEARD_LEVEL && watched !== null) settle(false);
    },
    dispose: () => clearTimeout(timer),
  };
}
