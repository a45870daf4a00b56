import styles from './meter.module.css';

interface MeterProps {
  readonly label: string;
  readonly value: number;
  /** Of which `value` is a part; it may be exceeded. */
  readonly limit: number;
  /** What it says in words. */
  readonly text: string;
}

/** How much of what there is has been used; from four fifths on in another colour. */
export function Meter({ label, value, limit, text }: MeterProps) {
  return (
    <meter
      className={styles.meter}
      aria-label={label}
      aria-valuetext={text}
      min={0}
      max={Math.max(limit, value)}
      high={limit * 0.8}
      value={value}
    >
      {text}
    </meter>
  );
}
