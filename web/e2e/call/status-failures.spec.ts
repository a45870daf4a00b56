import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TALK_PROGRAM } from '@parley/relay/testing';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { expect, type Page } from '@playwright/test';
import { speak } from '../support/speech.ts';
import { test } from './support/call-test.ts';
import { EMBEDDED_PROVIDERS, startRealRelay, type RealRelay } from './support/real-relay.ts';
import { startVendors } from './support/vendors.ts';

/*
 * What the first line of the status page says of failures that are made on purpose; a provider that
 * stops is in `status.spec.ts`.
 */

const ADMIN_TOKEN = 'operators-token-0001';
/** A busy machine is named first, for half a minute after it was busy. */
const PATIENCE = { timeout: 90_000 };
const MICROPHONE_HZ = 16_000;
const QUIET = { TRANSCRIBERS: 'browser', GENERATORS: 'embedded', SYNTHESIZERS: 'browser' };

test('a model that is slow, and then an event loop that is late', async ({
  builtPage: _builtPage,
  dataDir,
  page,
}) => {
  test.setTimeout(240_000);
  await using vendors = await startVendors();
  vendors.script.heard = 'what is the answer';
  vendors.script.heardWithinMs = 500;
  vendors.script.answer = 'Forty two.';
  const folder = mkdtempSync(join(dataDir, 'status-'));
  await using relay = await startRealRelay(folder, {
    ...EMBEDDED_PROVIDERS,
    ...vendors.settings,
    TRANSCRIBERS: 'deepgram-nova',
    GENERATORS: 'anthropic',
    ADMIN_TOKEN,
  });
  const line = await openStatus(page, relay);
  await expect(line).toHaveText('All is well', PATIENCE);

  vendors.anthropic.fail({ kind: 'slow', delayMs: 2_500 }, 'first-use');
  const [question] = await speak(['what is the answer']);
  const file = join(folder, 'question.wav');
  writeFileSync(file, encodeWav(question!, MICROPHONE_HZ));
  await talk(relay, [file, file, file]);
  await expect(line).toHaveText(
    /^Answers are slow: .* [23]\.\d s until the first words of the model\.$/,
    PATIENCE,
  );

  await relay.stall(2_500);
  await expect(line).toHaveText('The process is overloaded: its work is late.');
});

test('memory that is nearly used up', async ({ builtPage: _builtPage, dataDir, page }) => {
  const folder = mkdtempSync(join(dataDir, 'status-'));
  const settings = { ...QUIET, ADMIN_TOKEN, MEMORY_LIMIT_MB: '64' };
  await using relay = await startRealRelay(folder, settings);
  const line = await openStatus(page, relay);
  await expect(line).toHaveText(/^Memory is nearly used up: \d+ of 64 MB\. Most of it: .* MB\.$/);
});

test('a disk that is full', async ({ builtPage: _builtPage, dataDir, page }) => {
  const disk = mkdtempSync(join(dataDir, 'disk-'));
  const options = ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk];
  // Mounting one is for the administrator.
  test.skip(spawnSync('mount', options).status !== 0, 'no disk can be made here');
  try {
    fill(disk);
    await using relay = await startRealRelay(disk, { ...QUIET, ADMIN_TOKEN, STORAGE: 'on' });
    const line = await openStatus(page, relay);
    await talk(relay, ['--text', 'what is six times seven']);
    await expect(line).toHaveText(/^The disk of the data folder is full; \d+ records/);
  } finally {
    spawnSync('umount', [disk]);
  }
});

/** Opens the page as an operator with the token. @returns its first line */
async function openStatus(page: Page, relay: RealRelay) {
  await page.goto(`http://localhost:${relay.port}/status`);
  await page.getByLabel('Operator’s token').fill(ADMIN_TOKEN);
  await page.keyboard.press('Enter');
  return page.getByRole('region', { name: 'Verdict' }).getByRole('status');
}

/** Takes all room that is left. */
function fill(disk: string): void {
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(1024 * 1024));
  } catch {
    // It is full.
  }
}

/** A call by the terminal client. */
async function talk(relay: RealRelay, parameters: readonly string[]): Promise<void> {
  const url = `http://localhost:${relay.port}`;
  const child = spawn(process.execPath, [TALK_PROGRAM, '--url', url, ...parameters], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  expect(status).toBe(0);
}
