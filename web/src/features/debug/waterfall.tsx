import { STAGES } from '@parley/shared/stages';
import { useState, useId } from 'react';
import { LATENCY_SEGMENTS, LATENCY_TARGETS_MS } from '@parley/shared/latency';
import type { MeasuredTurn, EndOfTurnPrediction, RecordedTurn } from '../../client/index.ts';
import { useDebug } from '../call/controller-context.ts';
import { SEGMENT_WORDS, targetOf } from './segments.ts';
import { msText, totalText, waterfallSpanMs, segmentText, differenceText } from './statistics.ts';
import { TargetVerdict } from './verdict.tsx';
import styles from './waterfall.module.css';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';
import turnComparisonStyles from './turn-comparison.module.css';

interface TurnChoiceProps {
  readonly label: string;
  readonly turns: readonly RecordedTurn[];
  readonly value: RecordedTurn;
  readonly onChoose: (responseId: string) => void;
}

const COLUMNS = [
  'Turn',
  ...LATENCY_SEGMENTS.map((segment) => SEGMENT_WORDS[segment].short),
  'Total',
];

const TARGET_MS = LATENCY_TARGETS_MS.voice_to_voice_ms;

interface WaterfallProps {
  /** The turn whose words and events are shown. */
  readonly openedId: string | null;
  /** @param responseId null if the opened turn is pressed again */
  readonly onOpen: (responseId: string | null) => void;
}

/** One row a turn, newest on top; the row that is pointed at or focused is shown in full below. */
export function Waterfall({ openedId, onOpen }: WaterfallProps) {
  const turns = useDebug((state) => state.turns);
  const [chosenId, setChosenId] = useState<string | null>(null);
  const newest = turns.at(-1);
  if (newest === undefined) {
    return (
      <p className={styles.empty}>
        Each turn of the conversation will show here where its time went.
      </p>
    );
  }
  const find = (id: string | null) => turns.find((turn) => turn.responseId === id);
  const chosen = find(chosenId) ?? find(openedId) ?? newest;
  const spanMs = waterfallSpanMs(turns);
  return (
    <div className={styles.waterfall}>
      <div className={styles.scale} aria-hidden="true">
        <span className={styles.axis}>
          <span
            className={styles.tick}
            style={{ insetInlineStart: `${(TARGET_MS / spanMs) * 100}%` }}
          >
            {msText(TARGET_MS)} ms
          </span>
        </span>
      </div>
      <ol className={styles.rows} onPointerLeave={() => setChosenId(null)}>
        {turns
          .map((turn, position) => (
            <TurnRow
              key={turn.responseId}
              turn={turn}
              number={position + 1}
              spanMs={spanMs}
              isChosen={turn === chosen}
              isOpened={turn.responseId === openedId}
              onChoose={() => setChosenId(turn.responseId)}
              onOpen={() => onOpen(turn.responseId === openedId ? null : turn.responseId)}
            />
          ))
          .toReversed()}
      </ol>
      <TurnDetail turn={chosen} number={turns.indexOf(chosen) + 1} />
      <Interjections />
      <div className={styles.more}>
        <TurnComparison turns={turns} />
        <TurnTable turns={turns} />
      </div>
    </div>
  );
}

/** What was said over replies last: not each of it is a turn. */
function Interjections() {
  const interjections = useDebug((state) => state.interjections).slice(-LAST_INTERJECTIONS);
  if (interjections.length === 0) return null;
  const words = interjections.map(
    ({ utterance, interrupted }) =>
      `${utterance} ${interrupted ? 'an interruption' : 'a backchannel'}`,
  );
  return <p className={styles.decision}>Said over replies: utterance {words.join(', ')}.</p>;
}

const LAST_INTERJECTIONS = 6;

interface TurnRowProps {
  readonly turn: MeasuredTurn;
  readonly number: number;
  readonly spanMs: number;
  readonly isChosen: boolean;
  readonly isOpened: boolean;
  readonly onChoose: () => void;
  readonly onOpen: () => void;
}

function TurnRow({ turn, number, spanMs, isChosen, isOpened, onChoose, onOpen }: TurnRowProps) {
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-pressed={isOpened}
        data-chosen={isChosen}
        onPointerEnter={onChoose}
        onFocus={onChoose}
        onClick={onOpen}
      >
        <span className={styles.number}>
          <span className="visually-hidden">Turn </span>
          {number}
          {turn.utterance === null && <span className="visually-hidden"> (typed)</span>}
        </span>
        <span className={styles.bar}>
          {LATENCY_SEGMENTS.map((segment) => (
            <span
              key={segment}
              className={styles.segment}
              title={`${SEGMENT_WORDS[segment].label}: ${msText(turn.timeline[segment])} ms`}
              style={{
                width: `${(turn.timeline[segment] / spanMs) * 100}%`,
                background: SEGMENT_WORDS[segment].colour,
              }}
            />
          ))}
          <span
            className={styles.targetLine}
            style={{ insetInlineStart: `${(TARGET_MS / spanMs) * 100}%` }}
          />
        </span>
        <span className={styles.total}>
          {totalText(turn)}
          <span className="visually-hidden"> ms</span>
        </span>
        <TargetVerdict ms={turn.voiceToVoiceMs} targetMs={TARGET_MS} />
      </button>
    </li>
  );
}

/** The same as the waterfall, in figures. */
function TurnTable({ turns }: { readonly turns: readonly MeasuredTurn[] }) {
  return (
    <details className={styles.tableBox}>
      <summary>All turns as a table</summary>
      <ScrollRegion className={styles.tableScroll} aria-label="Turns as a table">
        <table className={`${panel.table} ${styles.figures}`}>
          <caption className="visually-hidden">Every turn, milliseconds, newest first</caption>
          <TableHead names={COLUMNS} />
          <tbody>
            {turns
              .map((turn, position) => (
                <tr key={turn.responseId}>
                  <th scope="row">
                    {position + 1}
                    {turn.utterance === null && <span className={styles.typed}> typed</span>}
                  </th>
                  {LATENCY_SEGMENTS.map((segment) => (
                    <td key={segment}>{segmentText(turn, segment)}</td>
                  ))}
                  <td>{totalText(turn)}</td>
                </tr>
              ))
              .toReversed()}
          </tbody>
        </table>
      </ScrollRegion>
    </details>
  );
}

/** Where a turn's time went, and why it ended when it did. */
function TurnDetail(props: { readonly turn: RecordedTurn; readonly number: number }) {
  const { turn, number } = props;
  return (
    <>
      <Segments turn={turn} number={number} />
      <p className={styles.decision}>
        {turn.utterance !== null && decisionWords(turn.endOfTurn)}{' '}
        {turn.servedBy !== null && servedWords(turn.servedBy)}
      </p>
    </>
  );
}

/** Why the turn was taken as over when it was. */
function decisionWords(endOfTurn: EndOfTurnPrediction | undefined): string {
  if (endOfTurn === undefined) return 'End of turn: not predicted.';
  const { probability, delayMs, reasons } = endOfTurn;
  const why = reasons.map((reason) => reason.replaceAll('_', ' ')).join(', ');
  return `End of turn: ${Math.round(probability * 100)} % likely, after ${msText(delayMs)} ms (${why}).`;
}

function servedWords(servedBy: NonNullable<RecordedTurn['servedBy']>): string {
  return `Served by ${STAGES.map((stage) => servedBy[stage]).join(', ')}.`;
}

/** The eight segments: exact figure, provider, and the target if there is one. */
function Segments({ turn, number }: { readonly turn: MeasuredTurn; readonly number: number }) {
  return (
    <dl className={styles.detail} aria-label={`Turn ${number} in full`}>
      {LATENCY_SEGMENTS.map((segment) => {
        const words = SEGMENT_WORDS[segment];
        const target = targetOf(segment);
        const ms = turn.timeline[segment];
        return (
          <div key={segment} className={styles.entry}>
            <dt>
              <span className={styles.swatch} style={{ background: words.colour }} />
              {words.label}
            </dt>
            <dd className={styles.who}>{words.who}</dd>
            <dd className={styles.figure}>
              {segmentText(turn, segment)}
              <span className={styles.slot}>
                {target !== null && turn.utterance !== null && (
                  <TargetVerdict ms={ms} targetMs={target} />
                )}
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Two turns side by side: the parts in which one took longer, and the providers of each. */
function TurnComparison({ turns }: { readonly turns: readonly RecordedTurn[] }) {
  const [ids, setIds] = useState<readonly [string | null, string | null]>([null, null]);
  if (turns.length < 2) return null;
  const find = (id: string | null, other: number) =>
    turns.find(({ responseId }) => responseId === id) ?? turns.at(other)!;
  const [a, b] = [find(ids[0], -2), find(ids[1], -1)];
  const nameOf = (turn: RecordedTurn) => `Turn ${turns.indexOf(turn) + 1}`;
  return (
    <details className={turnComparisonStyles.comparison}>
      <summary>Compare two turns</summary>
      <div className={turnComparisonStyles.choice}>
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
      <ScrollRegion className={turnComparisonStyles.scroll} aria-label="Comparison of two turns">
        <table className={`${panel.table} ${turnComparisonStyles.table}`}>
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

function TurnChoice({ label, turns, value, onChoose }: TurnChoiceProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className={turnComparisonStyles.select}
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
