import { styleText } from 'node:util';
import type { Finding } from './finding.ts';

/** As much of standard output as is written to. */
export interface DoctorOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const WIDTHS = { stage: 13, provider: 18, place: 6, reach: 9, works: 7, first: 11 } as const;

const HEAD = [
  'stage',
  'provider',
  'order',
  'reached',
  'works',
  'first byte',
  'price, and what was seen',
];

/** One line of the table; its head stands before the first. */
export function printFinding(output: DoctorOutput, finding: Finding): void {
  if (!headed.has(output)) {
    headed.add(output);
    output.write(`${paint(output, 'dim', line(HEAD))}\n`);
  }
  const { works } = finding;
  const text = line([
    finding.stage,
    finding.provider,
    finding.place === null ? '–' : String(finding.place),
    mark(finding.reachable),
    mark(works),
    finding.first_byte_ms === null ? '–' : `${finding.first_byte_ms} ms`,
    [finding.price, finding.detail].filter((part) => part !== null).join('; '),
  ]);
  const colour = works === null ? 'dim' : works ? 'green' : 'red';
  output.write(`${paint(output, colour, text)}\n`);
}

/** What it comes to, in a sentence. */
export function printSummary(output: DoctorOutput, findings: readonly Finding[]): void {
  const inUse = findings.filter(({ place }) => place !== null);
  const broken = inUse.filter(({ works }) => works === false);
  output.write(
    broken.length === 0
      ? `\nEveryone in use works (${inUse.length}).\n`
      : `\nNot working: ${broken.map(({ stage, provider }) => `${provider} (${stage})`).join(', ')}.\n`,
  );
}

const headed = new WeakSet<DoctorOutput>();

function line(cells: readonly string[]): string {
  const widths = Object.values(WIDTHS);
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join(' ')
    .trimEnd();
}

function mark(value: boolean | null): string {
  return value === null ? '–' : value ? 'yes' : 'no';
}

function paint(output: DoctorOutput, colour: 'dim' | 'green' | 'red', text: string): string {
  const isPlain = output.isTTY !== true || process.env['NO_COLOR'] !== undefined;
  return isPlain ? text : styleText(colour, text);
}
