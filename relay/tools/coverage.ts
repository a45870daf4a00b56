import { takesNoArguments } from './command-line.ts';
import { runTool } from './project.ts';

const ABOUT = `Runs the unit tests and says how much of the sources they reach: a summary here, and each file line
by line in coverage/index.html. Tests of whole relays and of the page in a browser are not part of it.`;

process.exitCode =
  takesNoArguments('coverage', ABOUT) ??
  (await runTool('node_modules/vitest/vitest.mjs', ['run', '--project', 'unit', '--coverage']));
