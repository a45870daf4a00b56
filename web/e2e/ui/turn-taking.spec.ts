import type { Page } from '@playwright/test';
import type { MediaNotice } from '../../src/client/messages/media-messages.ts';
import { commandsOf, expect, test } from './support/ui-test.ts';

const PREDICTION = {
  probability: 0.12,
  delayMs: 60_000,
  elapsedMs: 200,
  reasons: ['phrase_incomplete', 'entity_open'],
} as const;

function emit(page: Page, ...notices: MediaNotice[]): Promise<void> {
  return page.evaluate((all) => window.parley.engine.emit(...all), notices);
}

test('in a pause a ring fills around the orb, until the person goes on', async ({ open }) => {
  const page = await open('hearing');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const ring = page.locator('[data-ring]');
  await expect(ring).toHaveCount(0);
  await emit(page, { type: 'end-of-turn', prediction: PREDICTION });
  await expect(ring).toBeVisible();
  await expect(page.locator('#call-state')).toHaveText('I hear you');
  const [filling] = await ring.evaluate((element) =>
    element.getAnimations({ subtree: true }).map((animation) => animation.effect?.getTiming()),
  );
  expect(filling).toMatchObject({ duration: 60_000, delay: -200 });
  await emit(page, { type: 'end-of-turn', prediction: null });
  await expect(ring).toHaveCount(0);
});

test('for a whole turn the suggestions and their title are gone and take no taps, and the words appear in their place', async ({
  open,
}) => {
  const page = await open('listening');
  const suggestion = page.getByRole('button', { name: 'What time is it in Tokyo?' });
  const title = page.getByRole('heading', { name: 'You could try' });
  await expect(title).toBeVisible();
  const { x, y } = (await suggestion.boundingBox())!;
  for (const phase of ['hearing', 'thinking', 'speaking'] as const) {
    await emit(page, { type: 'phase', phase });
    await expect(title, phase).toBeHidden();
    await expect(suggestion, phase).toBeHidden();
    await page.mouse.click(x + 20, y + 20);
  }
  expect((await commandsOf(page)).filter((command) => command.startsWith('sendText'))).toEqual([]);
  await emit(page, { type: 'phase', phase: 'listening' });
  await expect(suggestion).toBeVisible();
  const said = { type: 'user-transcript', itemId: 'u1', utterance: 1 } as const;
  await emit(page, { ...said, text: 'what is', state: 'partial' });
  await expect(suggestion).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Conversation' })).toContainText('what is', {
    ignoreCase: true,
  });
});

test('an utterance that was not understood leaves a quiet line with what to do', async ({
  open,
}) => {
  const page = await open('listening');
  const said = { type: 'user-transcript', itemId: 'u1', utterance: 1 } as const;
  await emit(page, { ...said, text: '', state: 'final' });
  const line = page.getByText('That was not understood. Say it again in other words, or type it');
  await expect(line).toBeVisible();
  await emit(page, { type: 'phase', phase: 'hearing' });
  await expect(line).toHaveCount(0);
});

test('how responsive Parley is can be chosen, and is kept', async ({ open }) => {
  const page = await open('listening');
  await page.getByRole('button', { name: 'Settings' }).click();
  const field = page.getByRole('radiogroup', { name: 'Responsiveness' });
  await expect(field.getByRole('radio', { name: 'Balanced' })).toBeChecked();
  await field.getByRole('radio', { name: 'Patient' }).click();
  expect(await commandsOf(page)).toContain('choose:eagerness low');
  await page.reload();
  await page.getByRole('button', { name: 'Settings' }).click();
  await expect(page.getByRole('radio', { name: 'Patient' })).toBeChecked();
});

test('a slow line is said beside the state, which stays as it is', async ({ open }) => {
  const page = await open('slowLine');
  const line = page.locator('#call-state');
  await expect(line).toHaveText('Listening');
  const note = page.getByRole('status').filter({ hasText: 'The connection is slow.' });
  await expect(note).toContainText('Your speech is sent compressed');
  await emit(page, { type: 'phase', phase: 'hearing' });
  await expect(note).toBeVisible();
  await expect(line).toHaveText('I hear you');
  await emit(page, { type: 'line', isLate: false });
  await expect(note).toHaveCount(0);
});

test('whether speech is compressed can be chosen', async ({ open }) => {
  const page = await open('listening');
  await page.getByRole('button', { name: 'Settings' }).click();
  const field = page.getByRole('radiogroup', { name: 'Compress speech' });
  await expect(field.getByRole('radio', { name: 'Automatic' })).toBeChecked();
  await field.getByRole('radio', { name: 'Always' }).click();
  expect(await commandsOf(page)).toContain('choose:line opus');
});

test('a call that hears itself says what interrupts it, and the voice can be chosen all the same', async ({
  open,
}) => {
  const page = await open('listening');
  const line = page.locator('#call-state');
  await emit(page, { type: 'echo', isHopeless: true }, { type: 'phase', phase: 'speaking' });
  await expect(line).toHaveText('Speaking, tap to interrupt');
  await page.getByRole('button', { name: 'Interrupt by voice all the same' }).click();
  expect(await commandsOf(page)).toContain('choose:interruption voice');
  await expect(line).toHaveText('Speaking, talk to interrupt');
  await expect(page.getByText('Your microphone hears Parley')).toHaveCount(0);
  await page.getByRole('button', { name: 'Settings' }).click();
  const field = page.getByRole('radiogroup', { name: 'While Parley speaks' });
  await expect(field.getByRole('radio', { name: 'Voice' })).toBeChecked();
  await field.getByRole('radio', { name: 'Button' }).click();
  expect(await commandsOf(page)).toContain('choose:interruption button');
  await expect(line).toHaveText('Speaking, tap to interrupt');
});

test('the debug panel says why a turn ended', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel).toContainText('End of turn: not predicted.');
  await emit(page, {
    type: 'turn-measured',
    heardAtMs: 42_400,
    turn: {
      responseId: 'reply-8',
      utterance: 8,
      voiceToVoiceMs: 8,
      timeline: {
        endpointing_ms: 1,
        uplink_ms: 1,
        asr_final_ms: 1,
        llm_ttft_ms: 1,
        text_aggregation_ms: 1,
        tts_ttfb_ms: 1,
        downlink_ms: 1,
        playout_ms: 1,
      },
      endOfTurn: { ...PREDICTION, delayMs: 1_240 },
    },
  });
  await expect(panel).toContainText(
    'End of turn: 12 % likely, after 1,240 ms (phrase incomplete, entity open).',
  );
});
