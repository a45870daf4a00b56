import type { UsageResponse, UsageRow, Stage } from '@parley/shared';
import { countText, durationText } from '../../lib/figures.ts';

/** What was spent on one day, US dollars by stage. */
export interface DaySpend extends Readonly<Record<Stage, number>> {
  readonly day: string;
  readonly total: number;
}

const DAY_MS = 86_400_000;

/** Every day of the time asked for, also those on which nothing was spent. */
export function spendByDay({ from, to, rows }: Pick<UsageResponse, 'from' | 'to' | 'rows'>) {
  const days: DaySpend[] = [];
  // Days without a time of day: UTC has none that is longer or shorter than the others.
  for (let atMs = Date.parse(from); atMs <= Date.parse(to); atMs += DAY_MS) {
    const day = new Date(atMs).toISOString().slice(0, 10);
    const ofDay = rows.filter((row) => row.day === day);
    const spent = (stage: Stage) => sumUsd(ofDay.filter((row) => row.stage === stage));
    days.push({
      day,
      transcriber: spent('transcriber'),
      generator: spent('generator'),
      synthesizer: spent('synthesizer'),
      total: sumUsd(ofDay),
    });
  }
  return days;
}

/** Rows of a stage and provider, added up over all days; the dearest first, then the most used. */
export function usedByProvider(rows: readonly UsageRow[]): readonly UsageRow[] {
  const groups = Map.groupBy(rows, ({ stage, provider }) => `${stage} ${provider}`);
  return [...groups.values()]
    .map((group) => ({
      ...group[0]!,
      audio_s: sum(group.map(({ audio_s }) => audio_s)),
      input_tokens: sum(group.map(({ input_tokens }) => input_tokens)),
      output_tokens: sum(group.map(({ output_tokens }) => output_tokens)),
      characters: sum(group.map(({ characters }) => characters)),
      cost_usd: sumUsd(group),
    }))
    .toSorted((one, other) => other.cost_usd - one.cost_usd);
}

/** What was used, in the units that its provider counts. */
export function amountText(row: UsageRow): string {
  const amounts: string[] = [];
  if (row.audio_s > 0) amounts.push(`${durationText(row.audio_s)} of speech`);
  if (row.input_tokens > 0) amounts.push(`${row.input_tokens.toLocaleString('en')} tokens in`);
  if (row.output_tokens > 0) amounts.push(`${row.output_tokens.toLocaleString('en')} out`);
  if (row.characters > 0) amounts.push(countText(row.characters, 'character', 'characters'));
  return amounts.join(', ');
}

/** Sums whole micro-dollars, as the relay counts them: a cent is a cent however it came together. */
export function sumUsd(rows: readonly Pick<UsageRow, 'cost_usd'>[]): number {
  return sum(rows.map(({ cost_usd }) => Math.round(cost_usd * 1e6))) / 1e6;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
