import { STAGES } from '@parley/shared/stages';
import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import { useId, useState } from 'react';
import type { RecordedTurn } from '../../client/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { SEGMENT_WORDS } from './segments.ts';
import { differenceText, segmentText, totalText } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';
import styles from './waterfall.module.css';

interface TurnComparisonProps {
  readonly turns: readonly RecordedTurn[];
  readonly first: RecordedTurn;
}

/** A turn beside another: the parts in which one took longer, and the providers of each. */
export function TurnComparison({ turns, first: a }: TurnComparisonProps) {
  const id = useId();
  const [otherId, setOtherId] = useState<string | null>(null);
  const others = turns.filter((turn) => turn !== a);
  const b = others.find(({ responseId }) => responseId === otherId) ?? others.at(-1);
  if (b === undefined) return null;
  const nameOf = (turn: RecordedTurn) => `Turn ${turns.indexOf(turn) + 1}`;
  return (
    <details className={styles.comparison}>
      <summary>Compare {nameOf(a).toLowerCase()}</summary>
      <label htmlFor={id}>with </label>
      <select
        id={id}
        className={panel.field}
        value={b.responseId}
        onChange={({ target }) => setOtherId(target.value)}
      >
        {others.map((turn) => (
          <option key={turn.responseId} value={turn.responseId}>
            {nameOf(turn)}, {totalText(turn)} ms
          </option>
        ))}
      </select>
      <ScrollRegion className={styles.tableScroll} aria-label="Comparison of two turns">
        <table className={panel.table}>
          <caption className="visually-hidden">
            {nameOf(a)} and {nameOf(b)}, milliseconds
          </caption>
          <TableHead names={['ms', nameOf(a), nameOf(b), 'difference']} />
          <tbody>
            {LATENCY_SEGMENTS.map((segment) => (
              <tr key={segment}>
                <th scope="row">{SEGMENT_WORDS[segment].label}</th>
                <td>{segmentText(a, segment)}</td>
                <td>{segmentText(b, segment)}</td>
                <td>{differenceText(b.timeline[segment] - a.timeline[segment])}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">total</th>
              <td>{totalText(a)}</td>
              <td>{totalText(b)}</td>
              <td>{differenceText(b.voiceToVoiceMs - a.voiceToVoiceMs)}</td>
            </tr>
            {STAGES.map((stage) => (
              <tr key={stage}>
                <th scope="row">{stage}</th>
                <td>{a.servedBy?.[stage] ?? '–'}</td>
                <td>{b.servedBy?.[stage] ?? '–'}</td>
                <td>{a.servedBy?.[stage] === b.servedBy?.[stage] ? 'same' : 'another'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}
