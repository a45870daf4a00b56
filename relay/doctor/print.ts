import { paint, type Output } from '../tools/command-line.ts';
import type { Stage } from '../src/stages/provider.ts';

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
  /** null if it is not known. */
  readonly price: string | null;
}

/** Title and width of each column. */
const COLUMNS: readonly (readonly [title: string, width: number])[] = [
  ['stage', 13],
  ['provider', 18],
  ['order', 6],
  ['reached', 9],
  ['works', 7],
  ['first byte', 11],
  ['price, and what was seen', 0],
];

export function printHead(output: Output): void {
  const titles = COLUMNS.map(([title]) => title);
  output.write(`${paint(output, 'dim', row(titles))}\n`);
}

export function printFinding(output: Output, finding: Finding): void {
  const { works } = finding;
  const text = row([
    finding.stage,
    finding.provider,
    String(finding.place ?? '–'),
    mark(finding.reachable),
    mark(works),
    finding.first_byte_ms === null ? '–' : `${finding.first_byte_ms} ms`,
    [finding.price, finding.detail].filter((part) => part !== null).join('; '),
  ]);
  const colour = works === null ? 'dim' : works ? 'green' : 'red';
  output.write(`${paint(output, colour, text)}\n`);
}

/** What it comes to, in a sentence. */
export function printSummary(output: Output, findings: readonly Finding[]): void {
  const inUse = findings.filter(({ place }) => place !== null);
  const broken = inUse.filter(({ works }) => works === false);
  output.write(
    broken.length === 0
      ? `\nEvery provider in use works (${inUse.length}).\n`
      : `\nNot working: ${broken.map(({ stage, provider }) => `${provider} (${stage})`).join(', ')}.\n`,
  );
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, index) => cell.padEnd(COLUMNS[index]![1]))
    .join(' ')
    .trimEnd();
}

function mark(value: boolean | null): string {
  return value === null ? '–' : value ? 'yes' : 'no';
}
