import { useId } from 'react';
import * as RadioGroup from '@radix-ui/react-radio-group';
import styles from './field.module.css';

interface ChoiceFieldProps<T extends string> {
  readonly label: string;
  readonly hint?: string;
  /** What each is called, in their order. */
  readonly choices: Readonly<Partial<Record<T, string>>>;
  readonly value: T;
  readonly onChange: (value: T) => void;
}

/** One of a few, all in sight. */
export function ChoiceField<T extends string>(props: ChoiceFieldProps<T>) {
  const { label, hint, choices, value, onChange } = props;
  const id = useId();
  const values = Object.keys(choices) as T[];
  return (
    <div className={styles.field}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <RadioGroup.Root
        className={styles.choices}
        aria-labelledby={id}
        aria-describedby={hint && `${id}-hint`}
        orientation="horizontal"
        value={value}
        onValueChange={(next) => {
          const chosen = values.find((choice) => choice === next);
          if (chosen !== undefined) onChange(chosen);
        }}
      >
        {values.map((choice) => (
          <RadioGroup.Item key={choice} value={choice} className={styles.choice}>
            {choices[choice]}
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
      {hint && (
        <p id={`${id}-hint`} className={`quiet ${styles.hint}`}>
          {hint}
        </p>
      )}
    </div>
  );
}
