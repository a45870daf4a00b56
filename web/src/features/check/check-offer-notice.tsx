import { useEffect, useState } from 'react';
import { useCall, useController, useSettings } from '../call/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { createSilenceWatch, isMicrophoneOpen, offerOf } from './check-offer.ts';
import styles from './check-offer-notice.module.css';

/** Offers what helps when something keeps the person from talking: the check, or their voice. */
export function CheckOfferNotice({ onCheck }: { readonly onCheck: () => void }) {
  const { call, levels, changeSettings } = useController();
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
  const offer = useCall((state) => offerOf(state, isSilent));
  const interruption = useSettings((settings) => settings.interruption);
  const hearsItself = useCall((state) => state.standing.kind === 'running' && state.hearsItself);
  return (
    <div className={styles.place} role="status">
      {offer !== null && (
        <p className={styles.offer}>
          {offer}
          <Button onClick={onCheck}>Check sound and connection</Button>
        </p>
      )}
      {hearsItself && interruption === 'automatic' && (
        <p className={styles.offer}>
          Your microphone hears Parley too loud for your voice to interrupt it. Tap the circle,
          press Space, or use headphones.
          <Button onClick={() => changeSettings({ interruption: 'voice' })}>
            Interrupt by voice all the same
          </Button>
        </p>
      )}
    </div>
  );
}
