import { useEffect, useRef, type FormEvent, type KeyboardEvent } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { useCall } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import styles from './composer.module.css';

/** What the relay accepts at most (`text_too_long` above it). */
const MAX_CHARACTERS = 2_000;

interface ComposerProps {
  /** What is written and not sent: it outlasts the composer, which closes with the call. */
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  readonly onClose: () => void;
}

/** Writing beside talking; needs no microphone. */
export function Composer({ draft, onDraft, onClose }: ComposerProps) {
  const controller = useCall();
  const field = useRef<HTMLInputElement>(null);
  const isEmpty = draft.trim() === '';

  useEffect(() => {
    field.current?.focus();
    const call = field.current?.closest('main');
    return call ? fitAboveKeyboard(call) : undefined;
  }, []);

  const send = (event: FormEvent): void => {
    event.preventDefault();
    if (isEmpty) return;
    controller.sendText(draft);
    onDraft('');
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    onClose();
  };

  return (
    <form className={styles.composer} onSubmit={send}>
      <input
        ref={field}
        className={styles.field}
        value={draft}
        onChange={(event) => onDraft(event.target.value)}
        onKeyDown={onKeyDown}
        maxLength={MAX_CHARACTERS}
        placeholder="Type a message"
        aria-label="Message"
        autoComplete="off"
        enterKeyHint="send"
      />
      <Button
        type="submit"
        look={isEmpty ? 'plain' : 'primary'}
        shape="icon"
        aria-label="Send"
        // Disabled in words only: a send button that drops out of the tab order loses the focus.
        aria-disabled={isEmpty}
      >
        <Icon name="arrow-up" size={20} />
      </Button>
    </form>
  );
}

/**
 * Keeps `box` above a keyboard that lies over the page (iOS), and the keyboard up at a press.
 *
 * @returns its undoing
 */
function fitAboveKeyboard(box: HTMLElement): () => void {
  const seen = window.visualViewport;
  const fit = (): void => {
    if (seen === null || seen.scale !== 1) return;
    const isCovered = seen.height < document.documentElement.clientHeight;
    box.style.height = isCovered ? `${seen.height - box.offsetTop}px` : '';
    // The browser has moved the page up, to where the field was.
    if (isCovered) scrollTo(0, 0);
  };
  const keepFocus = (event: MouseEvent): void => {
    if (event.target instanceof Element && event.target.closest('button')) event.preventDefault();
  };
  fit();
  seen?.addEventListener('resize', fit);
  box.addEventListener('mousedown', keepFocus);
  return () => {
    box.removeEventListener('mousedown', keepFocus);
    seen?.removeEventListener('resize', fit);
    box.style.height = '';
  };
}
