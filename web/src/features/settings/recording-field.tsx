import { useState } from 'react';
import { useCall, useController } from '../call/controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { SwitchField } from './switch-field.tsx';
import styles from './privacy-section.module.css';

function focusFirst(button: HTMLButtonElement | null): void {
  button?.focus();
}

/** Records the running call, once the person has agreed to it. */
export function RecordingField() {
  const controller = useController();
  const isPossible = useCall((state) => state.session?.recording !== undefined);
  const isRecording = useCall((state) => state.session?.recording === true);
  const [isAsked, setAsked] = useState(false);
  if (!isPossible) {
    return (
      <p className={styles.words}>A call can be recorded: start one, then switch it on here.</p>
    );
  }
  return (
    <>
      <SwitchField
        label="Record this call"
        hint="Both voices. You can stop at any time; the call goes on."
        checked={isRecording}
        onChange={(wanted) => {
          if (wanted) return setAsked(true);
          controller.setRecording(false);
        }}
      />
      {isAsked && !isRecording && (
        <div className={styles.question} role="group" aria-label="Record this call">
          <p>
            From now on your voice and Parley’s are recorded, until you stop or hang up. If others
            can be heard, ask them first. The recording is kept in your history and is deleted with
            the conversation.
          </p>
          <div className={styles.actions}>
            <Button
              ref={focusFirst}
              look="primary"
              onClick={() => {
                controller.setRecording(true);
                setAsked(false);
              }}
            >
              I agree, record
            </Button>
            <Button look="plain" onClick={() => setAsked(false)}>
              Do not record
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
