import { runCommand } from '../src/lib/command-line.ts';
import { runSimulators } from './run-simulators.ts';

await runCommand(runSimulators);
