import type { ReactNode } from 'react';
import styles from './chart-legend.module.css';

/** What is drawn in a chart by which sign. Screen readers have the chart's own name. */
export function ChartLegend({ children }: { readonly children: ReactNode }) {
  return (
    <p className={styles.legend} aria-hidden="true">
      {children}
    </p>
  );
}

interface ChartKeyProps {
  /** How it is drawn. */
  readonly sign: ReactNode;
  readonly name: string;
}

/** One entry of a legend. */
export function ChartKey({ sign, name }: ChartKeyProps) {
  return (
    <span className={styles.key}>
      {sign}
      {name}
    </span>
  );
}

/** How a bar looks. */
export function Swatch({ colour }: { readonly colour: string }) {
  return <span className={styles.swatch} style={{ background: colour }} />;
}

interface LineSignProps {
  readonly colour: string;
  readonly dashes?: string;
}

/** How a line looks. */
export function LineSign({ colour, dashes = '' }: LineSignProps) {
  return (
    <svg width="22" height="4">
      <line x2="22" y1="2" y2="2" stroke={colour} strokeWidth="2" strokeDasharray={dashes} />
    </svg>
  );
}
