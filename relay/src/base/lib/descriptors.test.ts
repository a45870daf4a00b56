import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { callsWithin } from './descriptors.ts';

const MODULE = new URL('./descriptors.ts', import.meta.url).href;
const hasLimit = spawnSync('prlimit', ['--version']).status === 0;

it.each([
  [1_024, 232],
  [524_288, 131_048],
  [Infinity, Infinity],
  [20, 1],
])('%d descriptors are enough for %d calls', (limit, calls) => {
  expect(callsWithin(limit)).toBe(calls);
});

it.skipIf(!hasLimit)('knows the limit of its process, and when nothing is left of it', () => {
  const script = `
    import { openSync } from 'node:fs';
    const { isOutOfDescriptors, openFileLimit } = await import(${JSON.stringify(MODULE)});
    const limit = openFileLimit();
    const before = isOutOfDescriptors();
    try { for (;;) openSync('/dev/null'); } catch {}
    process.stdout.write(JSON.stringify([limit, before, isOutOfDescriptors()]));
    process.kill(process.pid, 'SIGKILL');`;
  const { stdout } = spawnSync(
    'prlimit',
    ['--nofile=200', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  expect(JSON.parse(stdout)).toEqual([200, false, true]);
});
