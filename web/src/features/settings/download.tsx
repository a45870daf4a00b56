import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import styles from './privacy-section.module.css';

interface DownloadProps {
  readonly label: string;
  /** 0–1; without it the browser does not say. */
  readonly share?: number;
  readonly onCancel: () => void;
}

/** What the browser downloads, and a way out of it. */
export function Download({ label, share, onCancel }: DownloadProps) {
  const percent = share === undefined ? undefined : Math.floor(share * 100);
  return (
    <div className={styles.download}>
      <progress className={styles.progress} aria-label={label} value={percent} max={100} />
      {percent !== undefined && <span className={styles.amount}>{percent} %</span>}
      <Button look="plain" onClick={onCancel}>
        Cancel the download
      </Button>
    </div>
  );
}

export function Complaint({ children }: { readonly children: ReactNode }) {
  return (
    <p className={styles.complaint} role="alert">
      {children}
    </p>
  );
}
