import { useId, type ReactNode } from 'react';
import styles from './part.module.css';

interface PartProps {
  readonly title: string;
  /** Beside the title: what the part comes to in a few words, or what chooses its contents. */
  readonly note?: ReactNode;
  /** On a wide screen, of the page. */
  readonly width?: 'full' | 'half';
  readonly children: ReactNode;
}

/** One answer of the status page. */
export function Part({ title, note, width = 'full', children }: PartProps) {
  const id = useId();
  return (
    <section className={`card ${styles.part}`} aria-labelledby={id} data-width={width}>
      <header className={styles.head}>
        <h2 id={id} className={styles.heading}>
          {title}
        </h2>
        {note !== undefined && <div className="quiet">{note}</div>}
      </header>
      {children}
    </section>
  );
}

/** Shown if there is nothing else. */
export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className={styles.empty}>{children}</p>;
}
