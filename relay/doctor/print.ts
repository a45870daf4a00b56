import type { Stage } from '@parley/shared';
import { oneLine, paint, type Output } from '../tools/command-line.ts';
import type { Step } from './outside.ts';
import { SOUND_DEADLINE_MS } from '../src/call/turn/deciding/pause-sound.ts';

/** What was found out about one provider: a row of the table, or a line of JSON. */
export interface Finding {
  readonly stage: Stage;
  readonly provider: string;
  /** Its place in the order of the providers in use, from 1; null if it is not in use. */
  readonly place: number | null;
  readonly configured: boolean;
  /** null if it was not tried. */
  readonly reachable: boolean | null;
  readonly works: boolean | null;
  readonly first_byte_ms: number | null;
  readonly detail: string;
  /** What is wrong and what to change, in a sentence or two; null if there is nothing to say. */
  readonly advice: string | null;
  /** If it is not known, what counts in its place; null if that does not matter. */
  readonly price: string | null;
}

/** Of the whole table; a terminal is at least as wide. */
const WIDTH = 100;

/** Title and width of each column; the last has the rest. */
const COLUMNS: readonly (readonly [title: string, width: number])[] = [
  ['stage', 11],
  ['provider', 15],
  ['order', 5],
  ['reached', 7],
  ['works', 5],
  ['first byte', 10],
];
const LAST_COLUMN = 'price, and what was seen';
const LAST_WIDTH = WIDTH - COLUMNS.reduce((sum, [, width]) => sum + width + 1, 0);
/** Advice has lines of its own, under the row. */
const ADVICE_INDENT = '    ';

export function printHead(output: Output): void {
  const titles = COLUMNS.map(([title]) => title);
  output.write(`${paint(output, 'dim', row(titles, [LAST_COLUMN]))}\n`);
}

export function printFinding(output: Output, finding: Finding): void {
  const { works, first_byte_ms: firstMs, price, detail, advice } = finding;
  const cells = [
    finding.stage,
    finding.provider,
    String(finding.place ?? '–'),
    mark(finding.reachable),
    mark(works),
    firstMs === null ? '–' : `${firstMs} ms`,
  ];
  const seen = [finding.configured ? price : null, detail].filter((part) => part !== null);
  const colour = works === null ? 'dim' : works ? 'green' : 'red';
  output.write(`${paint(output, colour, row(cells, wrapped(seen.join('; '), LAST_WIDTH)))}\n`);
  printAdvice(output, advice);
}

export function printStep(output: Output, { step, works, ms, detail, advice }: Step): void {
  const colour = works === null ? 'dim' : works ? 'green' : 'red';
  const line = `${step.padEnd(10)} ${mark(works).padEnd(4)} ${`${ms} ms`.padEnd(9)} ${oneLine(detail)}`;
  output.write(`${paint(output, colour, line)}\n`);
  printAdvice(output, advice);
}

function printAdvice(output: Output, advice: string | null): void {
  if (advice === null) return;
  const lines = wrapped(advice, WIDTH - ADVICE_INDENT.length);
  output.write(`  → ${lines.join(`\n${ADVICE_INDENT}`)}\n`);
}

/** What it comes to, in a sentence. */
export function printSummary(output: Output, findings: readonly Finding[]): void {
  const inUse = findings.filter(({ place }) => place !== null);
  const broken = inUse.filter(({ works }) => works === false);
  const summary =
    broken.length === 0
      ? `Every provider in use works (${inUse.length}).`
      : `Not working: ${broken.map(({ stage, provider }) => `${provider} (${stage})`).join(', ')}.`;
  output.write(`\n${wrapped(summary, WIDTH).join('\n')}\n`);
}

/** @param judgementMs - what one judgement took */
export function printTurnModel(output: Output, judgementMs: number): void {
  const isLate = judgementMs > SOUND_DEADLINE_MS;
  const verdict = isLate ? `; after ${SOUND_DEADLINE_MS} ms it comes too late to count` : '';
  output.write(
    `The turn model works: a judgement takes ${Math.round(judgementMs)} ms${verdict}.\n`,
  );
}

/** Text in lines of no more than `width` characters; a word that is longer is cut. */
export function wrapped(text: string, width: number): readonly string[] {
  const words = text
    // A server's words are among them: no character that a terminal obeys comes through.
    .split(/[\s\p{Cc}]+/u)
    .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []);
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** @param last - the lines of the last column; those after the first stand alone */
function row(cells: readonly string[], last: readonly string[]): string {
  const before = cells.map((cell, index) => cell.padEnd(COLUMNS[index]![1])).join(' ');
  const indent = ' '.repeat(WIDTH - LAST_WIDTH);
  const [first = '', ...more] = last;
  return [`${before} ${first}`.trimEnd(), ...more.map((line) => `${indent}${line}`)].join('\n');
}

function mark(value: boolean | null): string {
  return value === null ? '–' : value ? 'yes' : 'no';
}
