import { useId } from 'react';
import * as Switch from '@radix-ui/react-switch';
import styles from './field.module.css';

interface SwitchFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function SwitchField({ label, hint, checked, onChange }: SwitchFieldProps) {
  const id = useId();
  return (
    <div className={`${styles.field} ${styles.row}`}>
      <div>
        <label className={styles.label} htmlFor={id}>
          {label}
        </label>
        <p id={`${id}-hint`} className={`quiet ${styles.hint}`}>
          {hint}
        </p>
      </div>
      <Switch.Root
        id={id}
        className={styles.switch}
        checked={checked}
        onCheckedChange={onChange}
        aria-describedby={`${id}-hint`}
      >
        <Switch.Thumb className={styles.knob} />
      </Switch.Root>
    </div>
  );
}
