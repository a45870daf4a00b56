import { readFile } from 'node:fs/promises';
import type { Overview } from '@parley/shared/monitoring-api';
import {
  newOverview,
  sharedOverview,
  slowOverview,
  someOverview,
  TROUBLE,
  troubledOverview,
} from './support/scripted-overview.ts';
import { logLine, scriptLog, type ScriptedLog } from './support/scripted-log.ts';
import {
  openStatus,
  rememberOperator,
  scriptOperatorApi,
  verdictOf,
  type ScriptedOperator,
} from './support/scripted-operator.ts';
import { violationsIn } from '../support/axe.ts';
import { expect, test as base } from './support/ui-test.ts';

const test = base.extend<{
  /** Opens the status page of a relay that gives its operator `overview`. */
  readonly showStatus: (overview: Overview) => Promise<ScriptedOperator>;
}>({
  async showStatus({ open, page }, use) {
    await use(async (overview) => {
      const operator = await scriptOperatorApi(page, { overview });
      await open('idle');
      await rememberOperator(page);
      await openStatus(page);
      return operator;
    });
  },
});

let log: ScriptedLog;
test.beforeEach(async ({ page }) => {
  log = await scriptLog(page);
});

test('what is wrong stands in the first line, and a reset is seen at once', async ({
  showStatus,
  page,
}) => {
  const operator = await showStatus(someOverview());
  await expect(verdictOf(page)).toHaveText('All is well');
  await expect(page.getByRole('button', { name: /^Reset/ })).toHaveCount(0);
  operator.overview = troubledOverview('degraded', [TROUBLE]);
  await expect(verdictOf(page)).toHaveText(TROUBLE.message);
  await expect(page.getByText('Calls go on with another provider.')).toBeVisible();
  const providers = page.getByRole('region', { name: 'Providers' });
  await expect(providers.getByText('Last error: unauthorized')).toBeVisible();
  await page.getByRole('button', { name: 'Reset openai-compatible (generator)' }).click();
  await expect(page.getByRole('button', { name: /^Reset/ })).toHaveCount(0);
  expect(operator.asked).toContain(
    'POST /api/v1/monitoring/health/reset/generator%3Aopenai-compatible',
  );
  const down = { code: 'stage_down', message: 'No provider can answer: both failed.' };
  operator.overview = troubledOverview('critical_down', [down, TROUBLE]);
  await expect(verdictOf(page)).toHaveText(down.message);
  await expect(page.getByText(TROUBLE.message)).toBeVisible();
});

test('a call is ended only when that is confirmed', async ({ showStatus, page }) => {
  const operator = await showStatus(someOverview());
  const calls = page.getByRole('region', { name: 'Calls' });
  await expect(calls.getByText('Stuck')).toHaveCount(1);
  await expect(calls.getByText('thinking for 1 min')).toBeVisible();
  await calls.getByRole('button', { name: 'End Safari on iPhone' }).click();
  await page.getByRole('button', { name: 'Let it go on' }).press('Enter');
  await expect(calls.getByText('Safari on iPhone')).toBeVisible();
  await calls.getByRole('button', { name: 'End Safari on iPhone' }).press('Enter');
  await page.getByRole('button', { name: 'End the call' }).press('Enter');
  await expect(calls.getByRole('listitem')).toHaveText([/Chrome on Linux/]);
  // The keyboard keeps its place.
  await page.keyboard.press('Tab');
  await expect(calls.getByRole('button', { name: 'End Chrome on Linux' })).toBeFocused();
  expect(operator.asked).toContain('POST /api/v1/admin/sessions/sess_90ab/end');
});

test('a relay that was just started says what has not happened yet', async ({
  showStatus,
  page,
}) => {
  await showStatus(newOverview());
  for (const words of [
    'No call yet since the relay was started.',
    'No turn in this time.',
    'No turn yet since the relay was started.',
    'There is no limit for the day.',
    'Lines appear here as they are written.',
  ]) {
    await expect(page.getByText(words)).toBeVisible();
  }
  const latency = page.getByRole('region', { name: 'Latency' });
  await expect(latency).toContainText('0 spoken turns in 15 minutes');
  await expect(latency.getByRole('cell', { name: '–' })).toHaveCount(18);
});

test('figures are told against their targets, and the charts show the time that is chosen', async ({
  showStatus,
  page,
}) => {
  const operator = await showStatus(someOverview());
  const rows = page.getByRole('region', { name: 'Latency' }).getByRole('row');
  await expect(rows.nth(1)).toHaveText(/Voice to voice\s*812\s*1,140\s*1,702\s*1,000\s*met/);
  operator.overview = slowOverview();
  await expect(verdictOf(page)).toContainText('half take 1.7 s or more');
  await expect(page.getByText('Put deepgram-flux first in TRANSCRIBERS')).toBeVisible();
  // Only the median is compared, so only the median is marked.
  await expect(rows.nth(1)).toHaveText(/Voice to voice\s*1,672\s*1,940\s*2,102\s*1,000\s*missed/);
  await expect(rows.nth(1).locator('[data-over=true]')).toHaveText('1,672');
  operator.overview = someOverview();
  const charts = page.getByRole('region', { name: 'Over time' });
  await expect(charts.getByRole('img', { name: /The highest p95 was 1,792 ms/ })).toBeVisible();
  await expect(charts.getByRole('img', { name: /Most turns failed at/ })).toBeVisible();
  await expect(charts.locator('.recharts-line')).toHaveCount(3);
  await charts.getByRole('radio', { name: '24 h' }).click();
  await expect.poll(() => operator.asked.at(-1)).toBe('GET /api/v1/admin/overview?range=24h');
  const turns = page.getByRole('region', { name: 'Last turns' }).getByRole('listitem');
  await expect(turns.first()).toContainText('How many hearts does an octopus have?');
  await expect(turns.nth(2)).toContainText('generator_timeout');
  // Words that may not be kept are not shown.
  await expect(turns.nth(3)).not.toContainText('?');
  const spending = page.getByRole('region', { name: 'Spending' });
  await expect(spending).toContainText('$3.41 of $20.00');
});

test('a snapshot of the heap is a file, taken only when that is confirmed', async ({
  showStatus,
  page,
}) => {
  const operator = await showStatus(someOverview());
  await page.getByRole('button', { name: 'Heap snapshot' }).click();
  expect(operator.asked).not.toContain('POST /api/v1/admin/heap-snapshot');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Take it' }).click();
  expect((await download).suggestedFilename()).toMatch(/^parley-.+\.heapsnapshot$/);
  expect(await readFile(await (await download).path(), 'utf8')).toContain('snapshot');
  await expect(page.getByRole('alertdialog')).toHaveCount(0);
});

test('several relays are listed with their calls, and the figures of one are shown', async ({
  showStatus,
  page,
}) => {
  const operator = await showStatus(sharedOverview());
  const relays = page.getByRole('region', { name: 'Relays' });
  await expect(relays.getByRole('listitem')).toHaveCount(3);
  await expect(relays).toContainText('3 share 2 calls');
  await expect(relays.getByRole('listitem').nth(1)).toContainText('10.0.0.2:8787draining');
  await expect(relays.getByRole('button', { name: 'Shown 10.0.0.1:8787' })).toBeVisible();
  const calls = page.getByRole('region', { name: 'Calls' });
  await expect(calls.getByRole('listitem').nth(1)).toContainText('on 10.0.0.2:8787');
  await relays.getByRole('button', { name: 'Show 10.0.0.2:8787' }).click();
  const picked = sharedOverview().relays![1]!.id;
  await expect
    .poll(() => operator.asked.some((path) => path.includes(`relay=${picked}`)))
    .toBe(true);
  // The log begins with that of all, and goes on with that of one.
  await expect.poll(() => log.filters[0]).toBe('{"level":"info","relay":"all"}');
  await page.getByRole('combobox', { name: 'Relay' }).selectOption({ label: '10.0.0.2:8787' });
  await expect.poll(() => log.filters.at(-1)).toBe(`{"level":"info","relay":"${picked}"}`);
  expect(await violationsIn(page)).toEqual([]);
  operator.overview = someOverview();
  await expect(relays).toHaveCount(0);
  await expect(page.getByRole('combobox', { name: 'Relay' })).toHaveCount(0);
});

test('the log is followed, filtered, held still and emptied, and says what it left out', async ({
  showStatus,
  page,
}) => {
  await showStatus(someOverview());
  const part = page.getByRole('region', { name: 'Log', exact: true });
  const lines = part.getByRole('listitem');
  await expect(part.getByRole('status')).toHaveText('Live');
  log.write(logLine('session created'), { dropped: 12 }, logLine('turn done'));
  await expect(lines).toHaveText([
    /turn done sessionId=sess_4f21/,
    '12 lines were left out: this page read too slowly.',
    /session created/,
  ]);

  await part.getByRole('button', { name: 'Pause the log' }).click();
  log.write(logLine('one more'), logLine('and another'));
  await expect(part.getByText('Paused. 2 messages since.')).toBeVisible();
  await expect(lines).toHaveCount(3);
  await part.getByRole('button', { name: 'Continue the log' }).click();
  await expect(lines).toHaveCount(5);
  await part.getByRole('button', { name: 'Clear the log' }).click();
  await expect(lines).toHaveCount(0);

  await part.getByRole('combobox', { name: 'Level' }).selectOption('warn');
  await part.getByRole('searchbox', { name: 'Session' }).fill('sess_4f21');
  await part.getByRole('searchbox', { name: 'Tag' }).fill('Not a tag');
  await expect(part.getByRole('alert')).toContainText('small letters');
  await expect.poll(() => log.filters.at(-1)).toBe('{"level":"warn","session":"sess_4f21"}');
  await part.getByRole('searchbox', { name: 'Tag' }).fill('trial');
  const filter = '{"level":"warn","session":"sess_4f21","tag":"trial"}';
  await expect.poll(() => log.filters.at(-1)).toBe(filter);

  // A relay that comes back is asked for the same lines.
  await log.cut();
  await expect(part.getByRole('status')).toHaveText('Not connected, trying again');
  await expect(part.getByRole('status')).toHaveText('Live');
  expect(log.connections).toBe(2);
  expect(log.filters.at(-1)).toBe(filter);

  log.write(...Array.from({ length: 700 }, (_, index) => logLine(`line ${index}`)));
  await expect(lines).toHaveCount(500);
  await expect(lines.first()).toContainText('line 699');
});
