import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { decodeRelayEvent } from '@parley/shared';
import { readFlight } from '@parley/shared/flight/flight-file';
import type { Flight } from '@parley/shared/flight/flight-schema';
import { sayTo } from '../support/commanded-microphone.ts';
import { speak } from '../support/speech.ts';
import { untilStateLine } from './support/call-page.ts';
import { test } from './support/call-test.ts';
import { untilReplies } from './support/captions.ts';

async function download(page: Page): Promise<Flight> {
  const panel = page.getByRole('region', { name: 'Flight recorder' });
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/^parley-[-\dT]+\.flight\.jsonl$/);
  await expect(panel.getByRole('button', { name: 'Downloaded' })).toBeVisible();
  return readFlight(await readFile(await file.path(), 'utf8'));
}

const framesOf = ({ entries }: Flight) => entries.filter((entry) => entry.kind === 'sent-audio');
// In either codec: on a busy machine the line may seem late.
const hasAudio = ({
  pcm,
  opus,
}: {
  readonly pcm?: string | undefined;
  readonly opus?: string | undefined;
}) => pcm !== undefined || opus !== undefined;

test('a call is recorded without audio, with audio once that is agreed to, and without it again', async ({
  open,
}) => {
  const [first, second] = await speak(['What time is it?', 'What is seven times eight?'], 'rms');
  const { page, complaints } = await open();
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await page.keyboard.press('d');
  await untilStateLine(page, 'Listening');
  await sayTo(page, first!);
  await untilReplies(page, 1);

  const silent = await download(page);
  expect(silent.header).toMatchObject({ client: 'page', audio: false, truncated: false });
  expect(framesOf(silent).length).toBeGreaterThan(5);
  expect(framesOf(silent).filter(hasAudio)).toEqual([]);

  const consent = page.getByRole('checkbox', { name: /Keep my microphone’s audio/ });
  await expect(consent).not.toBeChecked();
  await consent.check();
  await sayTo(page, second!);
  await untilReplies(page, 2);
  const spoken = await download(page);
  expect(spoken.header.audio).toBe(true);
  const utterances = new Map(framesOf(spoken).map((frame) => [frame.utterance, hasAudio(frame)]));
  expect([...utterances.values()]).toEqual([false, true]);

  // Everything in it is of the protocol, and in the order in which it passed.
  const events = spoken.entries.flatMap((entry) =>
    entry.kind === 'received' ? [decodeRelayEvent(JSON.stringify(entry.event))] : [],
  );
  expect(events.every(({ kind }) => kind === 'event')).toBe(true);
  const sent = spoken.entries.flatMap((entry) => {
    if (entry.kind === 'sent-audio') return [entry.seq];
    return entry.kind === 'sent' && typeof entry.event['seq'] === 'number'
      ? [entry.event['seq']]
      : [];
  });
  expect(sent).toEqual(sent.map((_, n) => n + 1));
  const kinds = new Set(spoken.entries.map(({ kind }) => kind));
  for (const kind of [
    'connection',
    'microphone',
    'speech',
    'decision',
    'received-audio',
    'turn',
  ] as const) {
    expect(kinds).toContain(kind);
  }

  const microphone = page.getByRole('table', { name: 'Microphone' });
  await expect(microphone.getByRole('row', { name: /^echo cancellation (on|off)$/ })).toBeVisible();

  await consent.uncheck();
  expect(framesOf(await download(page)).filter(hasAudio)).toEqual([]);
  expect(complaints).toEqual([]);
});
