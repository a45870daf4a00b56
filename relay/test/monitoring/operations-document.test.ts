import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RELAY_ENVIRONMENT } from '../../tools/node-flags.mjs';
import { ROOT } from '../../tools/project.ts';

const document = (path: string) => readFile(join(ROOT, 'docs', path), 'utf8');

test('the runbook has a line for every alert', async () => {
  const alerts = [...(await document('monitoring/alerts.yml')).matchAll(/- alert: (\w+)/g)];
  expect(alerts.length).toBeGreaterThan(5);
  const runbook = await document('operations.md');
  for (const [, alert] of alerts) expect(runbook).toContain(`| \`${alert}\` |`);
});

test('the chapter on starting without npm sets what npm start sets', async () => {
  const operations = await document('operations.md');
  for (const variable of Object.entries(RELAY_ENVIRONMENT).map((entry) => entry.join('='))) {
    expect(operations).toContain(`\nexport ${variable}\n`);
  }
});
