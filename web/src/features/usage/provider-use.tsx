import type { UsageRow } from '@parley/shared';
import { usdText } from '../../lib/figures.ts';
import { Swatch } from '../../ui/chart-legend.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { amountText, usedByProvider } from './usage-figures.ts';
import styles from './usage-page.module.css';

/** What each provider did, stage by stage, and what it cost. */
export function ProviderUse({ rows }: { readonly rows: readonly UsageRow[] }) {
  const providers = usedByProvider(rows);
  return (
    <section className={styles.card} aria-labelledby="providers">
      <h2 id="providers" className={styles.heading}>
        By provider
      </h2>
      <table className={styles.table}>
        <thead className="visually-hidden">
          <tr>
            <th scope="col">Provider</th>
            <th scope="col">Used</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        {STAGE_WORDS.map(({ stage, name, colour }) => {
          const ofStage = providers.filter((row) => row.stage === stage);
          if (ofStage.length === 0) return null;
          return (
            <tbody key={stage}>
              <tr>
                <th scope="rowgroup" colSpan={3} className={styles.stage}>
                  <Swatch colour={colour} />
                  {name}
                </th>
              </tr>
              {ofStage.map((row) => (
                <tr key={row.provider}>
                  <th scope="row">{row.provider}</th>
                  <td className={styles.quiet}>{amountText(row)}</td>
                  <td className={styles.cost}>
                    {row.cost_usd === 0 ? 'free' : usdText(row.cost_usd)}
                  </td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </section>
  );
}
