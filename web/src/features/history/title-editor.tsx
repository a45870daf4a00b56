import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { Check, Pencil, X } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import { useAccountPages } from '../account/account-pages-context.ts';
import { useAction } from '../account/use-action.ts';
import styles from './title-editor.module.css';

interface TitleEditorProps {
  readonly id: string;
  readonly title: string;
  readonly onRenamed: (title: string) => void;
}

/** The conversation's title, to be changed where it stands. */
export function TitleEditor({ id, title, onRenamed }: TitleEditorProps) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const [draft, setDraft] = useState<string | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const isEditing = draft !== null;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (isEditing) field.current?.select();
    else if (wasEditing.current) pencil.current?.focus();
    wasEditing.current = isEditing;
  }, [isEditing]);

  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = draft?.trim() ?? '';
    if (wanted === '' || wanted === title) return setDraft(null);
    if (!(await run((signal) => api.rename(id, wanted, signal)))) return;
    onRenamed(wanted);
    setDraft(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setDraft(null);
  };

  if (!isEditing) {
    return (
      <div className={styles.editor}>
        <h2 id="conversation-title" className={styles.title}>
          {title}
        </h2>
        <Button
          ref={pencil}
          look="plain"
          shape="icon"
          aria-label="Rename"
          onClick={() => setDraft(title)}
        >
          <Pencil aria-hidden="true" size={17} />
        </Button>
      </div>
    );
  }
  return (
    <form className={styles.editor} onSubmit={(event) => void onSubmit(event)}>
      <h2 id="conversation-title" className="visually-hidden">
        {title}
      </h2>
      <input
        ref={field}
        className={styles.field}
        aria-label="Title"
        maxLength={120}
        value={draft}
        onChange={({ target }) => setDraft(target.value)}
        onKeyDown={onKeyDown}
      />
      <Button type="submit" look="primary" shape="icon" aria-label="Save" disabled={isRunning}>
        <Check aria-hidden="true" size={19} />
      </Button>
      <Button look="plain" shape="icon" aria-label="Cancel" onClick={() => setDraft(null)}>
        <X aria-hidden="true" size={19} />
      </Button>
      {complaint !== null && (
        <p className={styles.complaint} role="alert">
          {complaint}
        </p>
      )}
    </form>
  );
}
