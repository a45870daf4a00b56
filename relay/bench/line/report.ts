import { SPOKEN_QUESTIONS } from '../../test/support/spoken-questions.ts';
import { median, round } from '../statistics.ts';
import type { LineCall, LineMode, LineTurn } from './line-call.ts';

/** The calls over one kind of line, one a seed. */
export interface Run {
  readonly mode: LineMode;
  readonly lossPercent: number;
  readonly calls: readonly LineCall[];
}

/** What must be reached. */
interface Aim {
  readonly name: string;
  readonly found: number;
  readonly most: number;
  readonly isReached: boolean;
}

const COLUMNS = [6, 6, 10, 9, 10, 10, 6, 6, 8, 6, 9] as const;
/** `speech`: bytes up until the answer begins; `up`: of the whole turn; `two`: turns on two sockets. */
export const HEAD = columns(
  ...['mode', 'loss', 'median ms', 'max ms', 'speech kB', 'up kB'],
  ...['opus', 'two', 'right', 'lost', 'doubled'],
);
/** PCM16 sends so many times more. */
const MIN_SAVING = 9;
/** Beyond a line without loss, ms; lines that lose more have no aim. */
const MOST_LATER_MS: Readonly<Record<number, { readonly median: number; readonly max: number }>> = {
  5: { median: 50, max: 250 },
  10: { median: 200, max: 500 },
};

/** Medians of the calls, and sums of what must not be. */
export function figuresOf({ calls }: Pick<Run, 'calls'>) {
  const times = calls.map(({ turns }) =>
    turns.flatMap(({ voiceToVoiceMs }) => (voiceToVoiceMs === null ? [] : [voiceToVoiceMs])),
  );
  const turns = calls.flatMap((call) => call.turns);
  const bytes = (of: 'bytesUp' | 'speechBytesUp') =>
    Math.round(median(calls.map((call) => median(call.turns.map((turn) => turn[of])))));
  return {
    median_ms: Math.round(median(times.map(median))),
    max_ms: Math.round(median(times.map((each) => Math.max(...each)))),
    speech_bytes_up: bytes('speechBytesUp'),
    bytes_up: bytes('bytesUp'),
    turns: turns.length,
    right: calls.reduce((sum, call) => sum + rightOf(call), 0),
    lost: turns.filter(({ voiceToVoiceMs }) => voiceToVoiceMs === null).length,
    in_opus: turns.filter(({ codec }) => codec === 'opus').length,
    on_two_sockets: turns.filter(({ sockets }) => sockets === 2).length,
    doubled: calls.reduce((sum, { doubled }) => sum + doubled, 0),
  };
}

/** Answers to what was asked: its words were heard. */
function rightOf({ turns }: LineCall): number {
  return turns.filter((turn, index) => isRight(turn, index)).length;
}

function isRight({ reply }: LineTurn, index: number): boolean {
  return SPOKEN_QUESTIONS[index % SPOKEN_QUESTIONS.length]!.answer.test(reply);
}

/** What went wrong in a call, a line each. */
export function faultsOf({ turns, problems }: LineCall): readonly string[] {
  const wrong = turns.flatMap((turn, index) =>
    isRight(turn, index) ? [] : [`turn ${index + 1}: heard "${turn.heard}", said "${turn.reply}"`],
  );
  return [...problems, ...wrong];
}

export function rowOf(run: Run): string {
  const figures = figuresOf(run);
  const { median_ms, max_ms, speech_bytes_up, bytes_up, turns } = figures;
  const { in_opus, on_two_sockets, right, lost, doubled } = figures;
  const kilobytes = (bytes: number) => (bytes / 1_000).toFixed(1);
  return columns(
    ...[run.mode, `${run.lossPercent} %`, median_ms, max_ms, kilobytes(speech_bytes_up)],
    ...[kilobytes(bytes_up), in_opus, on_two_sockets, `${right}/${turns}`, lost, doubled],
  );
}

function columns(...values: readonly (string | number)[]): string {
  return values.map((value, index) => String(value).padStart(COLUMNS[index]!)).join(' ');
}

/** What was measured beside what it must be. What has nothing to be compared with has no aim. */
export function aimsOf(runs: readonly Run[]): readonly Aim[] {
  const figures = runs.map((run) => ({ ...run, ...figuresOf(run) }));
  const good = (mode: LineMode) =>
    figures.find((run) => run.mode === mode && run.lossPercent === 0);
  return figures.flatMap((run) => {
    const { mode, lossPercent } = run;
    const name = `${mode}, ${lossPercent} % loss`;
    const aims = [aim(`${name}, turns lost or doubled`, run.lost + run.doubled, 0)];
    const pcm = figures.find((other) => other.mode === 'pcm' && other.lossPercent === lossPercent);
    if (mode === 'opus' && pcm !== undefined) {
      const share = round(run.speech_bytes_up / pcm.speech_bytes_up, 3);
      aims.push(aim(`${name}, bytes of speech, share of PCM16’s`, share, round(1 / MIN_SAVING, 3)));
    }
    const later = MOST_LATER_MS[lossPercent];
    const best = good(mode);
    // PCM16 is what the others are compared with.
    if (mode === 'pcm' || later === undefined || best === undefined) return aims;
    return [
      ...aims,
      aim(
        `${name}, median later than without loss, ms`,
        run.median_ms - best.median_ms,
        later.median,
      ),
      aim(`${name}, maximum later than without loss, ms`, run.max_ms - best.max_ms, later.max),
    ];
  });
}

function aim(name: string, found: number, most: number): Aim {
  return { name, found, most, isReached: found <= most };
}
