import { LATENCY_SEGMENTS } from '@parley/shared/latency';
import { percentile, round } from '../statistics.ts';
import type { EarQuestion, EarTurn } from './ear-handlers.ts';

/** How far the panel may be off. */
const CLOSE_MS = 20;

export type AskedTurn = EarQuestion & EarTurn;

/** One turn for people: the voice, the ear, the panel and its segments. */
export function rowOf(number: number, turn: AskedTurn): string {
  const { voice, disturbance, earMs, shown } = turn;
  const [only] = shown;
  const happened = disturbance === 'none' ? '' : ` after ${disturbance}`;
  const panel =
    only === undefined
      ? 'not measured'
      : `${only.approximate ? '≈' : ''}${only.voiceToVoiceMs} = ` +
        LATENCY_SEGMENTS.map((segment) => only.timeline[segment]).join(' + ');
  const ear = earMs === null ? 'silence' : String(Math.round(earMs));
  return `${String(number).padStart(4)} ${voice} ear ${ear}, panel ${panel}${happened}`;
}

/** What was found over all turns. A turn fails that is not answered once, or not measured once. */
export function reportOf(turns: readonly AskedTurn[]) {
  const heard = turns.flatMap(({ earMs, shown }) =>
    earMs === null || shown.length !== 1 ? [] : [{ earMs, panel: shown[0]! }],
  );
  const offMs = heard.map(({ earMs, panel }) => panel.voiceToVoiceMs - earMs);
  const close = offMs.filter((ms) => Math.abs(ms) <= CLOSE_MS).length;
  const whole = heard.filter(({ panel }) => isSum(panel)).length;
  const ears = heard.map(({ earMs }) => earMs);
  return {
    turns: turns.length,
    failed: turns.length - heard.length,
    /** Share of turns whose panel is within 20 ms of the ear. */
    within_20_ms: round(close / Math.max(1, heard.length), 3),
    sums_wrong: heard.length - whole,
    panel_minus_ear_ms: figuresOf(offMs),
    ear_ms: figuresOf(ears),
  };
}

export type EarReport = ReturnType<typeof reportOf>;

/** The report in lines for people. */
export function panelOf(report: EarReport): readonly string[] {
  const { ear_ms: ear, panel_minus_ear_ms: off } = report;
  return [
    `at the ear: p50 ${ear.p50}, p95 ${ear.p95} ms over ${report.turns} turns, ${report.failed} failed`,
    `panel − ear: p5 ${off.p5}, p50 ${off.p50}, p95 ${off.p95} ms; within ${CLOSE_MS} ms in ` +
      `${round(report.within_20_ms * 100, 1)} %; segments do not sum in ${report.sums_wrong}`,
  ];
}

function isSum({ timeline, voiceToVoiceMs }: EarTurn['shown'][number]): boolean {
  const sum = LATENCY_SEGMENTS.reduce((total, segment) => total + timeline[segment], 0);
  return sum === voiceToVoiceMs;
}

function figuresOf(values: readonly number[]) {
  const at = (share: number) => Math.round(percentile(values, share));
  return { p5: at(0.05), p50: at(0.5), p95: at(0.95) };
}
