import { useId } from 'react';
import { Slider } from 'radix-ui';
import styles from './field.module.css';

interface SliderFieldProps {
  readonly label: string;
  /** 0–1 */
  readonly value: number;
  readonly onChange: (value: number) => void;
}

export function SliderField({ label, value, onChange }: SliderFieldProps) {
  const id = useId();
  const percent = Math.round(value * 100);
  return (
    <div className={styles.field}>
      <span id={id} className={styles.label}>
        {label}
      </span>
      <Slider.Root
        className={styles.slider}
        value={[percent]}
        max={100}
        step={5}
        onValueChange={([next]) => onChange((next ?? percent) / 100)}
      >
        <Slider.Track className={styles.track}>
          <Slider.Range className={styles.range} />
        </Slider.Track>
        <Slider.Thumb
          className={styles.thumb}
          aria-labelledby={id}
          aria-valuetext={`${percent} %`}
        />
      </Slider.Root>
    </div>
  );
}
