import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { RELAY_ENVIRONMENT, RELAY_NODE_FLAGS } from '../../tools/node-flags.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const document = (path: string) => readFile(join(ROOT, 'docs', path), 'utf8');

test('the runbook has a line for every alert', async () => {
  const alerts = [...(await document('monitoring/alerts.yml')).matchAll(/- alert: (\w+)/g)];
  expect(alerts.length).toBeGreaterThan(5);
  const runbook = await document('operations.md');
  for (const [, alert] of alerts) expect(runbook).toContain(`| \`${alert}\` |`);
});

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.skipIf(!hasSystemd)('systemd finds nothing wrong with the unit', async () => {
  const unit = await document('systemd/parley.service');
  // If it is installed, nothing is here.
  const folder = await mkdtemp(join(tmpdir(), 'parley-unit-'));
  const path = join(folder, 'parley.service');
  await writeFile(path, unit.replaceAll('/opt/parley/', ROOT).replaceAll('/opt/parley', ROOT));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
    encoding: 'utf8',
  });
  await rm(folder, { recursive: true });
  expect(stderr.split('\n').filter((line) => line.includes('parley.service'))).toEqual([]);
  expect(status).toBe(0);
});

test.skipIf(!hasSystemd)('the unit leaves little to the relay, by systemd’s own measure', () => {
  const path = join(ROOT, 'docs/systemd/parley.service');
  // Of ten points, two at most: https://www.freedesktop.org/software/systemd/man/systemd-analyze.html
  const measure = ['security', '--offline=true', '--threshold=20', path];
  const { status, stdout } = spawnSync('systemd-analyze', measure, { encoding: 'utf8' });
  expect({ status, verdict: stdout.trimEnd().split('\n').at(-1) }).toMatchObject({ status: 0 });
});

test('the unit starts the relay as npm start does', async () => {
  const unit = await document('systemd/parley.service');
  const [, command = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
  expect(command.split(' ').slice(1)).toEqual([...RELAY_NODE_FLAGS, 'relay/src/main.ts']);
  const operations = await document('operations.md');
  for (const variable of Object.entries(RELAY_ENVIRONMENT).map((entry) => entry.join('='))) {
    expect(unit).toContain(`\nEnvironment=${variable}\n`);
    expect(operations).toContain(`\nexport ${variable}\n`);
  }
});
