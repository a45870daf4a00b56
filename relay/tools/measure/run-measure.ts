import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { optionsOrStatus, type CommandIo } from '../command-line.ts';
import { ROOT } from '../project.ts';
import { MEASUREMENTS, README_FIGURES } from './figures.ts';
import type { Measurement } from './measurement.ts';
import { MEASURE_USAGE, parseMeasureOptions } from './options.ts';
import { measuredPage, quotedIn } from './page.ts';
import { takeMeasurement } from './take-measurement.ts';
import { isTaken, shown, type Measured, type Taken } from './taken.ts';

/** The figures; docs/measured.md and the table of README.md are made of them. */
const FIGURES = join(ROOT, 'docs/measured.json');
const PAGE = join(ROOT, 'docs/measured.md');
const README = join(ROOT, 'README.md');

/** `npm run measure`. @returns its exit status */
export async function runMeasure(commandLine: readonly string[], io: CommandIo): Promise<number> {
  const options = optionsOrStatus(() => parseMeasureOptions(commandLine), MEASURE_USAGE, io);
  if (typeof options === 'number') return options;
  const { measurements, isQuick } = options;
  const { signal } = io;
  const measured = JSON.parse(await readFile(FIGURES, 'utf8')) as Measured;
  const take = (measurement: Measurement) => takeMeasurement(measurement, { isQuick, signal });
  const tell = (line: string) => void io.errors.write(`${line}\n`);
  const chosen = measurements.filter(({ run }) => !isQuick || run !== 'npm test');
  const isWhole = await measureInTurn(chosen, measured, { take, write, tell, signal });
  return isWhole ? 0 : 1;
}

/**
 * Measures one after the other. Each is written at once: it stays if a later one is interrupted.
 *
 * @param measured - what there is already; what is not measured now stays as it is
 * @returns false if a figure is missing, or a bench missed a bound of its own
 */
export async function measureInTurn(
  measurements: readonly Measurement[],
  measured: Measured,
  steps: {
    readonly take: (measurement: Measurement) => Promise<Taken>;
    readonly write: (measured: Measured) => Promise<void>;
    /** Takes a line for people. */
    readonly tell: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { take, write: writeAll, tell, signal } = steps;
  let all = measured;
  const incomplete: string[] = [];
  for (const [index, measurement] of measurements.entries()) {
    const { name, minutes, figures } = measurement;
    const leftMinutes = measurements.slice(index).reduce((sum, each) => sum + each.minutes, 0);
    tell(
      `${name} (${index + 1} of ${measurements.length}): about ${minutes} min, ` +
        `with all that follow about ${leftMinutes} min`,
    );
    const taken = await take(measurement);
    if (signal.aborted) return false;
    all = { ...all, [name]: taken };
    await writeAll(all);
    for (const { name: figure, label } of figures) {
      const found = taken.figures[figure];
      tell(`  ${label}: ${found === undefined ? '' : shown(found)}`);
    }
    if (!isTaken(taken)) incomplete.push(name);
  }
  for (const name of incomplete) tell(`${name}: a figure is missing, or a bound was missed.`);
  return incomplete.length === 0;
}

async function write(measured: Measured): Promise<void> {
  await writeFile(FIGURES, `${JSON.stringify(measured, undefined, 2)}\n`);
  await writeFile(PAGE, measuredPage(MEASUREMENTS, measured));
  const readme = await readFile(README, 'utf8');
  await writeFile(README, quotedIn(readme, README_FIGURES, MEASUREMENTS, measured));
}
