import { useId } from 'react';
import * as Slider from '@radix-ui/react-slider';
import styles from './field.module.css';

interface SliderFieldProps {
  readonly label: string;
  readonly value: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** What is shown and read out, e.g. `80 %`. */
  readonly valueText: string;
  readonly onChange: (value: number) => void;
}

export function SliderField(props: SliderFieldProps) {
  const { label, value, min = 0, max = 1, step = 0.05, valueText, onChange } = props;
  const id = useId();
  // In steps, which are whole: sums of fractions are not.
  const toSteps = (amount: number): number => Math.round(amount / step);
  return (
    <div className={styles.field}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <span className={styles.measured}>
        <Slider.Root
          className={styles.slider}
          value={[toSteps(value)]}
          min={toSteps(min)}
          max={toSteps(max)}
          onValueChange={([next]) => onChange(Number(((next ?? 0) * step).toFixed(2)))}
        >
          <Slider.Track className={styles.track}>
            <Slider.Range className={styles.range} />
          </Slider.Track>
          <Slider.Thumb className={styles.thumb} aria-labelledby={id} aria-valuetext={valueText} />
        </Slider.Root>
        <span className={`quiet ${styles.amount}`} aria-hidden="true">
          {valueText}
        </span>
      </span>
    </div>
  );
}
