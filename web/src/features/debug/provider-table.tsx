import { Fragment } from 'react';
import { useCall } from '../call/controller-context.ts';
import { STAGES, standingOf } from '../../client/index.ts';
import { TableHead } from './table-head.tsx';
import styles from './debug-panel.module.css';

/** Who does the work of each stage, in whose place, why and since when. */
export function ProviderTable() {
  const ladder = useCall((state) => state.ladder);
  return (
    <table className={`${styles.table} ${styles.providers}`}>
      <caption className={styles.heading}>Providers</caption>
      <TableHead names={['stage', 'now', 'was', 'why', 'since']} />
      <tbody>
        {STAGES.map((stage) => {
          const state = ladder?.stages[stage];
          if (ladder === null || state === undefined) {
            return (
              <tr key={stage}>
                <th scope="row">{stage}</th>
                <td colSpan={4} className={styles.quiet}>
                  no session
                </td>
              </tr>
            );
          }
          const standing = standingOf(ladder, stage);
          const ability = stage === 'generator' ? 'able' : ladder.page[stage];
          const isOwn = state.now === 'browser' && ability !== 'able';
          return (
            <tr key={stage}>
              <th scope="row">{stage}</th>
              <td className={styles.provider} data-standing={standing}>
                {isOwn ? `${state.now} (${ability})` : state.now}
              </td>
              <td>{state.now === state.usual ? '–' : state.usual}</td>
              <td>
                <Breakable text={state.reason ?? '–'} />
              </td>
              <td>{new Date(state.sinceMs).toLocaleTimeString('en-GB')}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** An error code that may break at its underscores. */
function Breakable({ text }: { readonly text: string }) {
  return text.split('_').map((part, index) => (
    <Fragment key={part}>
      {index > 0 && '_'}
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
