import type { ReactNode } from 'react';
import styles from './figures.module.css';

interface TotalProps {
  readonly children: ReactNode;
  /** The whole that it is a part of; null without a limit. */
  readonly of?: string | null;
}

/** The figure that a card is about. */
export function Total({ children, of = null }: TotalProps) {
  return (
    <p className={styles.total}>
      {children}
      {of !== null && <span className={styles.of}> of {of}</span>}
    </p>
  );
}

/** A sentence beside figures. */
export function FigureNote({ children }: { readonly children: ReactNode }) {
  return <p className="quiet">{children}</p>;
}

/** Figures by their names, which are distinct. */
export function FigureList({
  figures,
}: {
  readonly figures: readonly (readonly [string, string])[];
}) {
  return (
    <dl className={styles.list}>
      {figures.map(([name, figure]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{figure}</dd>
        </div>
      ))}
    </dl>
  );
}
