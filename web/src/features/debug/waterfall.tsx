import { STAGES } from '@parley/shared/stages';
import { conversationPath } from '@parley/shared/page-paths';
import { useState, type MouseEvent, useId } from 'react';
import { Link } from 'wouter';
import { LATENCY_SEGMENTS, LATENCY_TARGETS_MS, type LatencySegment } from '@parley/shared/latency';
import {
  replyCaption,
  type MeasuredTurn,
  type EndOfTurnPrediction,
  type RecordedTurn,
} from '../../client/index.ts';
import { useCallState, useDebug } from '../../client/react/index.ts';
import {
  SEGMENT_TARGETS_MS,
  SEGMENT_WORDS,
  msText,
  totalText,
  waterfallSpanMs,
  segmentText,
  differenceText,
} from './statistics.ts';
import { TargetVerdict } from './percentile-table.tsx';
import { Swatch } from '../../ui/chart-legend.tsx';
import styles from './waterfall.module.css';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { TableHead } from './table-head.tsx';
import panel from './debug-panel.module.css';

const TARGET_MS = LATENCY_TARGETS_MS.voice_to_voice_ms;

/** The turn whose words and events are shown, and the segment whose events are marked. */
export interface OpenedTurn {
  readonly responseId: string;
  readonly segment: LatencySegment | null;
}

interface WaterfallProps {
  readonly opened: OpenedTurn | null;
  readonly onOpen: (opened: OpenedTurn | null) => void;
}

/** One row a turn, newest on top; the row that is pointed at or focused is shown in full below. */
export function Waterfall({ opened, onOpen }: WaterfallProps) {
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
  const openedTurn = find(opened?.responseId ?? null);
  const chosen = find(chosenId) ?? openedTurn ?? newest;
  // What is pressed once more is closed: the segment first, then the turn.
  const press = ({ responseId }: RecordedTurn, segment: LatencySegment | null): void => {
    const isOpened = opened?.responseId === responseId && opened.segment === segment;
    if (isOpened && segment === null) onOpen(null);
    else onOpen({ responseId, segment: isOpened ? null : segment });
  };
  const spanMs = waterfallSpanMs(turns);
  return (
    <div className={panel.section}>
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
              isOpened={turn === openedTurn}
              onChoose={(isLookedAt) => setChosenId(isLookedAt ? turn.responseId : null)}
              onPress={(segment) => press(turn, segment)}
            />
          ))
          .toReversed()}
      </ol>
      <Segments
        turn={chosen}
        number={turns.indexOf(chosen) + 1}
        pressed={chosen === openedTurn ? (opened?.segment ?? null) : null}
        onPress={(segment) => press(chosen, segment)}
      />
      <p className={styles.decision}>
        {chosen.utterance !== null && decisionWords(chosen.endOfTurn)}{' '}
        {chosen.servedBy !== null && servedWords(chosen.servedBy)}
      </p>
      <TurnComparison turns={turns} first={openedTurn ?? newest} />
      {openedTurn !== undefined && <TurnWords turn={openedTurn} />}
    </div>
  );
}

interface TurnRowProps {
  readonly turn: MeasuredTurn;
  readonly number: number;
  readonly spanMs: number;
  readonly isChosen: boolean;
  readonly isOpened: boolean;
  readonly onChoose: (isLookedAt: boolean) => void;
  /** @param segment - the one that was pointed at */
  readonly onPress: (segment: LatencySegment | null) => void;
}

function TurnRow({ turn, number, spanMs, isChosen, isOpened, onChoose, onPress }: TurnRowProps) {
  const onClick = ({ target }: MouseEvent): void => {
    const name = target instanceof HTMLElement ? target.dataset['segment'] : undefined;
    onPress(LATENCY_SEGMENTS.find((segment) => segment === name) ?? null);
  };
  return (
    <li>
      <button
        type="button"
        className={styles.row}
        aria-pressed={isOpened}
        data-chosen={isChosen}
        onPointerEnter={() => onChoose(true)}
        onFocus={() => onChoose(true)}
        onBlur={() => onChoose(false)}
        onClick={onClick}
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
              data-segment={segment}
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
        <TargetVerdict met={turn.voiceToVoiceMs <= TARGET_MS} />
      </button>
    </li>
  );
}

/** The words of a turn, and its recording, if the relay keeps one. */
function TurnWords({ turn }: { readonly turn: RecordedTurn }) {
  const items = useCallState((state) => state.conversation);
  const isRecorded = useCallState((state) => state.session?.recording === true);
  const keptAs = useCallState((state) => state.keptAs);
  const position = items.findIndex(({ id, kind }) => kind === 'reply' && id === turn.responseId);
  const reply = items[position];
  const asked = items.slice(0, Math.max(0, position)).findLast(({ kind }) => kind === 'user');
  if (reply?.kind !== 'reply') return <p className={styles.decision}>Its words are gone.</p>;
  const { heard, unheard } = replyCaption(reply);
  return (
    <div className={styles.words} role="group" aria-label="Words of the turn">
      {asked?.kind === 'user' && <p>You: {asked.text}</p>}
      <p>
        Parley: {heard} {reply.status === 'interrupted' && <s>{unheard}</s>}
      </p>
      {keptAs !== null && (
        <Link href={conversationPath(keptAs)}>
          {isRecorded ? 'Recording and words in the history' : 'Words in the history'}
        </Link>
      )}
    </div>
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
  const names = new Set(STAGES.map((stage) => servedBy[stage]));
  if (names.size === 1) return `Served by ${servedBy.generator}.`;
  return `Served by ${STAGES.map((stage) => `${servedBy[stage]} (${stage})`).join(', ')}.`;
}

interface SegmentsProps {
  readonly turn: MeasuredTurn;
  readonly number: number;
  readonly pressed: LatencySegment | null;
  readonly onPress: (segment: LatencySegment) => void;
}

/** The eight segments: exact figure, and the target if there is one. Each leads to its events. */
function Segments({ turn, number, pressed, onPress }: SegmentsProps) {
  return (
    <ul className={styles.detail} aria-label={`Turn ${number} in full`}>
      {LATENCY_SEGMENTS.map((segment) => {
        const words = SEGMENT_WORDS[segment];
        const target = SEGMENT_TARGETS_MS[segment];
        return (
          <li key={segment}>
            <button
              type="button"
              className={styles.entry}
              title={words.who}
              aria-pressed={segment === pressed}
              onClick={() => onPress(segment)}
            >
              <Swatch colour={words.colour} />
              <span className={styles.label}>{words.label}</span>
              <span className={styles.figure}>
                {segmentText(turn, segment)}
                <span className={styles.slot}>
                  {target !== undefined && turn.utterance !== null && (
                    <TargetVerdict met={turn.timeline[segment] <= target} />
                  )}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface TurnComparisonProps {
  readonly turns: readonly RecordedTurn[];
  readonly first: RecordedTurn;
}

/** A turn beside another: the parts in which one took longer, and the providers of each. */
function TurnComparison({ turns, first: a }: TurnComparisonProps) {
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
        className={`input ${panel.field}`}
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
