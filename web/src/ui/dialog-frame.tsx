import { useState, type ReactNode } from 'react';
import * as Dialog from '@radix-ui/react-dialog';
import { Icon } from './icon.tsx';
import { Button } from './button.tsx';
import styles from './dialog-frame.module.css';

interface DialogFrameProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What had the focus before the dialog that is open, or the first of a chain of them. */
let openerOfLast: Element | null = null;

/** A dialog that replaces another gives the focus back to the element that the other would have. */
function findOpener(): Element | null {
  const { activeElement, body } = document;
  // The focus is nowhere for a moment after the dialog before has gone.
  const isOpener = activeElement !== body && activeElement?.closest('[role=dialog]') === null;
  if (isOpener) openerOfLast = activeElement;
  return openerOfLast;
}

/** A dialog that is open for as long as it is rendered, and gives the focus back when it closes. */
export function DialogFrame({ title, onClose, children }: DialogFrameProps) {
  // Radix gives the focus back to its own trigger; ours lies outside of the dialog.
  const [opener] = useState(findOpener);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        {/* Radix's own overlay puts a style element into the page, which the policy forbids. */}
        <div className={styles.backdrop} aria-hidden="true" />
        <Dialog.Content
          className={styles.dialog}
          aria-describedby={undefined}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            const isReplaced = document.querySelector('[role=dialog]') !== null;
            if (isReplaced) return;
            openerOfLast = null;
            if (opener instanceof HTMLElement) opener.focus();
          }}
        >
          <header className={styles.header}>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            <Dialog.Close asChild>
              <Button look="plain" shape="icon" aria-label="Close">
                <Icon name="x" size={20} />
              </Button>
            </Dialog.Close>
          </header>
          <div className={styles.body}>{children}</div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
