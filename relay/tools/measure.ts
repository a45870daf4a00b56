import { runCommand } from './command-line.ts';
import { runMeasure } from './measure/run-measure.ts';

await runCommand(runMeasure);
