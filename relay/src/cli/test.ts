import { provideChromium } from './chromium.ts';
import { buildPage } from './page-build.ts';
import { runTool, say } from './project.ts';

/** Everything there is to test, in the order in which a failure is cheapest to find. */
async function test(): Promise<number> {
  if ((await runTool('relay/src/cli/check.ts', [])) !== 0) return 1;
  if ((await buildPage()) !== 0) return 1;
  const projects = ['--project', 'relay', '--project', 'speech'];
  if ((await runTool('node_modules/vitest/vitest.mjs', ['run', ...projects])) !== 0) {
    return 1;
  }
  if (!(await provideChromium())) return 1;
  if ((await runTool('node_modules/@playwright/test/cli.js', ['test'])) !== 0) return 1;
  say('Everything passed.');
  return 0;
}

process.exitCode = await test();
