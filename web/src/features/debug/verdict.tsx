import { Check, TriangleAlert } from 'lucide-react';
import styles from './debug-panel.module.css';

/** Whether a figure met its target: by shape and word, not by colour alone. */
export function TargetVerdict({ met }: { readonly met: boolean }) {
  const Sign = met ? Check : TriangleAlert;
  return (
    <span className={styles.verdict} data-met={met}>
      <Sign aria-hidden="true" size={13} />
      <span className="visually-hidden">{met ? 'target met' : 'target missed'}</span>
    </span>
  );
}
