import { useEffect, useState } from 'react';
import { useCall, useController } from '../../store/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { createSilenceWatch, isMicrophoneOpen, offerOf } from './check-offer.ts';
import styles from './check-offer-notice.module.css';

/** Offers the check when something keeps the person from talking that it may find. */
export function CheckOfferNotice({ onCheck }: { readonly onCheck: () => void }) {
  const { call, levels } = useController();
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
  return (
    <div className={styles.place} role="status">
      {offer !== null && (
        <p className={styles.offer}>
          {offer}
          <Button onClick={onCheck}>Check sound and connection</Button>
        </p>
      )}
    </div>
  );
}
