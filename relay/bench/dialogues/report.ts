import { median, percentile, round } from '../statistics.ts';
import { DIALOGUE_KINDS, type DialogueKind } from './dialogue.ts';
import type { Outcome } from './judgement.ts';

/** Turns that a person waits for the end of: their sentences are whole and without pauses. */
const WITHOUT_PAUSES: ReadonlySet<DialogueKind> = new Set(['finished', 'answer', 'noise', 'echo']);

/** An end of turn that is felt as slow. */
const SLOW_MS = 500;

/** Shares in percent; null if nothing of the kind was tried. */
export function figuresOf(outcomes: readonly Outcome[]) {
  const turns = outcomes.filter(
    ({ verdict, endpointingMs, endedEarly }) =>
      verdict === 'cut-off' || endpointingMs !== undefined || endedEarly,
  );
  const replies = outcomes.filter(({ isListening }) => isListening);
  const stops = outcomes.filter(
    ({ kind, verdict }) =>
      verdict === 'missed-stop' ||
      (kind === 'stop' && verdict === 'fine') ||
      kind === 'interruption',
  );
  const delays = outcomes.flatMap(({ kind, isOpening, endpointingMs }) =>
    WITHOUT_PAUSES.has(kind) && !isOpening && endpointingMs !== undefined ? [endpointingMs] : [],
  );
  const silences = outcomes.flatMap(({ silenceMs }) => silenceMs ?? []);
  const share = (of: readonly Outcome[], is: (outcome: Outcome) => boolean) =>
    of.length === 0 ? null : round((100 * of.filter(is).length) / of.length, 1);
  return {
    utterances: outcomes.length,
    cut_off_percent: share(turns, ({ verdict }) => verdict === 'cut-off'),
    ended_early_percent: share(turns, ({ endedEarly }) => endedEarly),
    false_barge_in_percent: share(replies, ({ verdict }) => verdict === 'false-barge-in'),
    missed_stop_percent: share(stops, ({ verdict }) => verdict === 'missed-stop'),
    unanswered: outcomes.filter(({ verdict }) => verdict === 'unanswered' || verdict === 'failed')
      .length,
    endpointing_ms: {
      p50: delays.length === 0 ? null : round(median(delays), 0),
      p90: delays.length === 0 ? null : round(percentile(delays, 0.9), 0),
    },
    silence_ms: { p50: silences.length === 0 ? null : round(median(silences), 0) },
  };
}

/** Lines of a table: each kind, then all. */
export function tableOf(outcomes: readonly Outcome[]): readonly string[] {
  const kinds = DIALOGUE_KINDS.filter((kind) => outcomes.some((each) => each.kind === kind));
  const rows = [
    ...kinds.map((kind) => [kind, outcomes.filter((each) => each.kind === kind)] as const),
    ['all', outcomes] as const,
  ];
  const head = [
    '',
    'said',
    'cut off',
    'early',
    'false b-i',
    'missed',
    'unansw.',
    'end p50',
    'p90',
    'silence',
  ];
  return [
    line(head),
    ...rows.map(([name, of]) => {
      const figures = figuresOf(of);
      return line([
        name,
        String(figures.utterances),
        percent(figures.cut_off_percent),
        percent(figures.ended_early_percent),
        percent(figures.false_barge_in_percent),
        percent(figures.missed_stop_percent),
        String(figures.unanswered),
        ms(figures.endpointing_ms.p50),
        ms(figures.endpointing_ms.p90),
        ms(figures.silence_ms.p50),
      ]);
    }),
  ];
}

/** What went wrong, and what took long: the lines to begin with when something is tuned. */
export function remarksOn(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ verdict, kind, dialogue, text, isOpening, endpointingMs }) => {
    const said = `${kind}: ${dialogue}${dialogue === text ? '' : ` [${text}]`}`;
    if (verdict !== 'fine') return [`${verdict}, ${said}`];
    const isSlow = WITHOUT_PAUSES.has(kind) && !isOpening && (endpointingMs ?? 0) > SLOW_MS;
    return isSlow ? [`${round(endpointingMs!, 0)} ms, ${said}`] : [];
  });
}

const percent = (share: number | null) => (share === null ? '–' : `${share} %`);
const ms = (value: number | null) => (value === null ? '–' : `${value} ms`);
const line = ([name, ...cells]: readonly string[]) =>
  name!.padEnd(13) + cells.map((cell) => cell.padStart(10)).join('');
