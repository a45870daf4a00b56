import { STAGES } from '@parley/shared/stages';
import { useId, useState } from 'react';
import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import { type RecordedTurn } from '../../client/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { SEGMENT_WORDS } from './segments.ts';
import { differenceText, segmentText, totalText } from './statistics.ts';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';
import styles from './turn-comparison.module.css';

/** Two turns side by side: where one took longer, and who served each. */
export function TurnComparison({ turns }: { readonly turns: readonly RecordedTurn[] }) {
  const [ids, setIds] = useState<readonly [string | null, string | null]>([null, null]);
  if (turns.length < 2) return null;
  const find = (id: string | null, other: number) =>
    turns.find(({ responseId }) => responseId === id) ?? turns.at(other)!;
  const [a, b] = [find(ids[0], -2), find(ids[1], -1)];
  const nameOf = (turn: RecordedTurn) => `Turn ${turns.indexOf(turn) + 1}`;
  return (
    <details className={styles.comparison}>
      <summary>Compare two turns</summary>
      <div className={styles.choice}>
        <TurnChoice
          label="From"
          turns={turns}
          value={a}
          onChoose={(id) => setIds([id, b.responseId])}
        />
        <TurnChoice
          label="To"
          turns={turns}
          value={b}
          onChoose={(id) => setIds([a.responseId, id])}
        />
      </div>
      <ScrollRegion className={styles.scroll} aria-label="Comparison of two turns">
        <table className={`${panel.table} ${styles.table}`}>
          <caption className="visually-hidden">
            {nameOf(a)} and {nameOf(b)}, milliseconds
          </caption>
          <TableHead names={['', nameOf(a), nameOf(b), 'difference']} />
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

interface TurnChoiceProps {
  readonly label: string;
  readonly turns: readonly RecordedTurn[];
  readonly value: RecordedTurn;
  readonly onChoose: (responseId: string) => void;
}

function TurnChoice({ label, turns, value, onChoose }: TurnChoiceProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={styles.select}
        value={value.responseId}
        onChange={({ target }) => onChoose(target.value)}
      >
        {turns.map((turn, position) => (
          <option key={turn.responseId} value={turn.responseId}>
            Turn {position + 1}, {totalText(turn)} ms
          </option>
        ))}
      </select>
    </>
  );
}
