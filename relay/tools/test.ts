import { provideChromium } from './chromium.ts';
import { buildPage } from './page-build.ts';
import { runTool, say } from './project.ts';

/** Everything there is to test, in the order in which a failure is cheapest to find. */
async function test(): Promise<number> {
  const first = await Promise.all([runTool('relay/tools/check.ts', []), buildPage()]);
  if (first.some((status) => status !== 0)) return 1;
  const projects = ['--project', 'relay', '--project', 'speech'];
  if ((await runTool('node_modules/vitest/vitest.mjs', ['run', ...projects])) !== 0) {
    return 1;
  }
  if (!(await provideChromium())) return 1;
  // What is looked at may be looked at side by side; what is listened to needs the machine.
  for (const project of [['ui', '--workers', '2'], ['audio']]) {
    const status = await runTool('node_modules/@playwright/test/cli.js', [
      'test',
      '--project',
      ...project,
    ]);
    if (status !== 0) return 1;
  }
  say('Everything passed.');
  return 0;
}

process.exitCode = await test();
