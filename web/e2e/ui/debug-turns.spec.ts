import { expect, test } from './support/ui-test.ts';

test('a turn that is pressed leads to its words and its events, and back', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const emit = (count: number, response: string) =>
    page.evaluate(
      ([many, responseId]) => {
        const { emit: send } = window.parley.engine;
        for (let entry = 0; entry < many; entry += 1) {
          send({
            type: 'debug',
            entry: { atMs: 1, source: 'vad', name: `of ${responseId}`, detail: '' },
          });
        }
        const timeline = {
          endpointing_ms: 1,
          uplink_ms: 1,
          asr_final_ms: 1,
          llm_ttft_ms: 1,
          text_aggregation_ms: 1,
          tts_ttfb_ms: 1,
          downlink_ms: 1,
          playout_ms: 1,
        };
        send({
          type: 'turn-measured',
          turn: { responseId, utterance: 9, voiceToVoiceMs: 8, timeline },
        });
      },
      [count, response] as const,
    );
  await page.evaluate(() =>
    window.parley.engine.emit(
      {
        type: 'response-started',
        responseId: 'reply-9',
        trigger: 'speech',
        utterance: 9,
        spoken: false,
      },
      {
        type: 'response-text',
        responseId: 'reply-9',
        clause: 0,
        fromCharacter: 0,
        text: 'Cats have nine lives.',
        audioStartMs: null,
        byPage: false,
      },
    ),
  );
  await emit(2, 'reply-9');
  await emit(3, 'later');
  const events = panel.getByRole('region', { name: 'Events, newest first' }).getByRole('listitem');
  await panel.getByRole('button', { name: 'Turn 7' }).click();
  await expect(panel.getByRole('group', { name: 'Words of the turn' })).toContainText(
    'Cats have nine lives.',
  );
  await expect(panel).toContainText('Turn 7 only.');
  await expect(events.filter({ hasText: 'of later' })).toHaveCount(0);
  await expect(events.filter({ hasText: 'of reply-9' })).toHaveCount(2);
  await panel.getByRole('button', { name: 'Show all events' }).click();
  await expect(events.filter({ hasText: 'of later' })).toHaveCount(3);
});

test('few turns bear no percentile but the middle, and the table of all fits the panel', async ({
  open,
}) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const row = panel.getByRole('row', { name: /Voice to voice/ });
  await expect(row.getByRole('cell', { name: '–' })).toHaveCount(2);
  await expect(panel.getByRole('columnheader', { name: 'ms, 6 spoken' })).toBeVisible();
  await panel.getByText('All turns as a table').click();
  const table = panel.getByRole('region', { name: 'Turns as a table' });
  expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
});

test('on a phone the panel takes half of the height', async ({ open, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('measured', 'debug');
  const box = await page.getByRole('complementary', { name: 'Debug panel' }).boundingBox();
  expect(box?.height).toBe(422);
});

test('the flight recorder and the microphone fit the panel of a narrow phone', async ({
  open,
  page,
}) => {
  await page.setViewportSize({ width: 375, height: 667 });
  await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const recorder = panel.getByRole('region', { name: 'Flight recorder' });
  await recorder.scrollIntoViewIfNeeded();
  await expect(recorder).toContainText('Holds the last 4 min 12 s of the call, 1.2 MB');
  await expect(recorder.getByRole('checkbox')).not.toBeChecked();
  await expect(recorder.getByRole('button', { name: 'Download' })).toBeEnabled();
  await expect(panel.getByRole('row', { name: 'echo cancellation on' })).toBeVisible();
  const overflow = await panel.evaluate((box) => box.scrollWidth - box.clientWidth);
  expect(overflow).toBe(0);
  const { x, width } = (await recorder.boundingBox())!;
  expect(x + width).toBeLessThanOrEqual(375);
});

test('two turns are compared, with who served them', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel.getByText(/Served by \S+, \S+, \S+\.$/)).toBeVisible();
  await panel.getByText('Compare two turns').click();
  const table = panel.getByRole('table', { name: 'Turn 5 and Turn 6, milliseconds' });
  await expect(table.getByRole('row', { name: /^total / })).toContainText('−520');
  await panel.getByLabel('From').selectOption({ label: 'Turn 1, 709 ms' });
  const other = panel.getByRole('table', { name: 'Turn 1 and Turn 6, milliseconds' });
  await expect(other.getByRole('row', { name: /^total / })).toContainText('−39');
  await expect(other.getByRole('row', { name: /^generator / })).toContainText('same');
});
