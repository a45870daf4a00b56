import { useId } from 'react';
import styles from './field.module.css';

export interface Choice {
  readonly id: string;
  readonly label: string;
}

interface SelectFieldProps {
  readonly label: string;
  readonly choices: readonly Choice[];
  /** null: the default. */
  readonly value: string | null;
  readonly defaultLabel: string;
  /** What a choice is called that was made earlier and is not among `choices` now. */
  readonly missingLabel: (id: string) => string;
  readonly onChange: (value: string | null) => void;
}

/** The platform's own list: nothing is easier to use on a phone. A missing choice stays chosen. */
export function SelectField(props: SelectFieldProps) {
  const { label, choices, value, defaultLabel, missingLabel, onChange } = props;
  const id = useId();
  const isMissing = value !== null && !choices.some((choice) => choice.id === value);
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        className={`input ${styles.select}`}
        value={value ?? ''}
        onChange={({ target }) => onChange(target.value === '' ? null : target.value)}
      >
        <option value="">{defaultLabel}</option>
        {choices.map((choice) => (
          <option key={choice.id} value={choice.id}>
            {choice.label}
          </option>
        ))}
        {isMissing && <option value={value}>{missingLabel(value)}</option>}
      </select>
    </div>
  );
}
