import {
  useEffect,
  useId,
  useRef,
  useState,
  type ComponentProps,
  type ReactNode,
  type SubmitEvent,
} from 'react';
import { Button } from '../../ui/button.tsx';
import styles from './account-dialog.module.css';

interface EntryFormProps extends Pick<
  ComponentProps<'input'>,
  'type' | 'autoComplete' | 'inputMode' | 'maxLength'
> {
  readonly label: string;
  readonly action: string;
  /** Meanwhile the form waits. @returns a sentence if the entry will not do */
  readonly onEntry: (text: string) => Promise<string | null>;
  /** Beside the button. */
  readonly children?: ReactNode;
}

/** One field and one button. What was wrong with the entry stands below it until it is changed. */
export function EntryForm(props: EntryFormProps) {
  const { label, action, onEntry, children, ...input } = props;
  const [text, setText] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  const submit = async (): Promise<void> => {
    const entry = text.trim();
    if (entry === '' || isBusy) return;
    setBusy(true);
    setComplaint(null);
    setComplaint(await onEntry(entry));
    setBusy(false);
  };

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        {...input}
        ref={field}
        id={id}
        className={`input ${styles.input}`}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setComplaint(null);
        }}
        spellCheck={false}
        autoCapitalize="none"
        aria-invalid={complaint !== null}
        aria-describedby={`${id}-complaint`}
      />
      <p id={`${id}-complaint`} className={styles.complaint} role="alert">
        {complaint}
      </p>
      <div className={styles.actions}>
        <Button look="primary" type="submit" aria-disabled={isBusy || text.trim() === ''}>
          {isBusy ? 'One moment' : action}
        </Button>
        {children}
      </div>
    </form>
  );
}
