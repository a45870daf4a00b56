import type { MicrophoneSettings } from '../../client/index.ts';
import { TableHead } from './table-head.tsx';
import styles from './debug-panel.module.css';

/** What the browser makes of the microphone, as it reports it. */
export function MicrophoneTable({ settings }: { readonly settings: MicrophoneSettings | null }) {
  const rows = Object.entries(settings ?? {});
  return (
    <table className={styles.table}>
      <caption className={styles.heading}>Microphone</caption>
      <TableHead names={['setting', 'value']} />
      <tbody>
        {rows.length === 0 && (
          <tr>
            <td colSpan={2} className={styles.quiet}>
              no microphone was opened
            </td>
          </tr>
        )}
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{inWords(name)}</th>
            <td>{typeof value === 'boolean' ? (value ? 'on' : 'off') : value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `echoCancellation` as “echo cancellation”. */
function inWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
