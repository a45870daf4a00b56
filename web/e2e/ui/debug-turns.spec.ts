import { commandsOf, expect, freshTest, test } from './support/ui-test.ts';

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
          heardAtMs: 42_400,
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
  await expect(events.filter({ hasText: 'of reply-9 ×2' })).toHaveCount(1);
  await panel.getByRole('button', { name: 'Show all events' }).click();
  await expect(events.filter({ hasText: 'of later ×3' })).toHaveCount(1);
});

test('a segment that is pressed leads to the events between its marks', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const log = panel.getByRole('region', { name: 'Events, newest first' });
  const marked = log.locator('[data-marked=true]');
  // In the bar of the turn.
  await panel.getByRole('button', { name: 'Turn 6' }).locator('[data-segment=playout_ms]').click();
  await expect(panel.getByRole('status')).toHaveText(
    'Turn 6, Playout (jitter buffer and sound card): 18 events from 42.331 to 42.400 s.',
  );
  const fold = marked.locator('summary');
  await expect(fold).toHaveText(/received\s*audio ×18 since 42\.331/);
  await expect(fold).toBeInViewport();
  // Only the panel has scrolled, not the page.
  await expect(panel.getByRole('heading', { name: 'Debug' })).toBeInViewport({ ratio: 1 });
  // What is folded is there, one by one.
  await expect(marked.getByText('audio #2')).toBeHidden();
  await fold.click();
  await expect(marked.getByText('audio #2', { exact: true })).toBeVisible();
  // In the figures, with the keyboard.
  const figures = panel.getByRole('list', { name: 'Turn 6 in full' });
  await figures.getByRole('button', { name: 'Endpointing' }).press('Enter');
  await expect(marked.first()).toContainText('input_audio_buffer.speech_stopped');
  await expect(marked.last()).toContainText('audio ×4');
  await figures.getByRole('button', { name: 'ASR final' }).press('Enter');
  await expect(panel.getByRole('status')).toContainText('no event from 42.225 to 42.261 s.');
  await figures.getByRole('button', { name: 'ASR final' }).press('Enter');
  await expect(panel.getByRole('status')).toHaveText('Turn 6 only.');
});

test('the panel has what is looked at first at its top', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await panel.waitFor();
  const names = await panel
    .locator('section')
    .evaluateAll((sections) => sections.map((section) => section.ariaLabel));
  expect(names.slice(0, 5)).toEqual(['Live', 'Turns', 'Event log', 'Latency', 'Cost']);
  for (const name of names.slice(0, 3)) {
    await expect(panel.getByRole('region', { name: name!, exact: true })).toBeInViewport();
  }
});

test('few turns bear no percentile but the middle, and no verdict', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const row = panel.getByRole('row', { name: /Voice to voice/ });
  await expect(row.getByRole('cell', { name: '–' })).toHaveCount(2);
  await expect(row.getByText(/target (met|missed)/)).toHaveCount(0);
  await expect(panel.getByRole('columnheader', { name: 'ms, 6 spoken' })).toBeVisible();
});

test('on a phone the panel takes half of the height', async ({ open, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('measured', 'debug');
  const box = await page.getByRole('complementary', { name: 'Debug panel' }).boundingBox();
  expect(box?.height).toBe(422);
});

freshTest.describe('with touch', () => {
  freshTest.use({ viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true });

  freshTest(
    'on the smallest phone the call is in reach, and the rows are tall',
    async ({ open }) => {
      const page = await open('measured', 'debug');
      const panel = page.getByRole('complementary', { name: 'Debug panel' });
      await panel.getByText('Compare turn 6').tap();
      for (const row of [
        panel.getByRole('button', { name: 'Turn 5' }),
        panel.getByRole('button', { name: /^Playout/ }),
        panel.locator('summary', { hasText: 'audio ×18' }),
        panel.getByLabel('with'),
        panel.getByLabel('Source'),
      ]) {
        expect((await row.boundingBox())?.height).toBeGreaterThanOrEqual(44);
      }
      const clipped = await panel.evaluate((box) =>
        [...box.querySelectorAll('*')]
          .filter((part) => part.checkVisibility() && part.scrollWidth > part.clientWidth + 1)
          .filter((part) => getComputedStyle(part).overflowX !== 'visible')
          .map(({ className, textContent }) => `${className}: ${textContent}`)
          .filter((text) => !text.startsWith('visually-hidden')),
      );
      expect(clipped).toEqual([]);
      await page.getByRole('button', { name: 'Mute' }).tap();
      await page.getByRole('button', { name: 'Hang up' }).tap();
      expect(await commandsOf(page)).toEqual(expect.arrayContaining(['setMuted:true', 'stop']));
    },
  );
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
  await expect(panel.getByText(/Served by embedded\.$/)).toBeVisible();
  await panel.getByText('Compare turn 6').click();
  const table = panel.getByRole('table', { name: 'Turn 6 and Turn 5, milliseconds' });
  await expect(table.getByRole('row', { name: /^total / })).toContainText('+520');
  // It begins with the turn that was chosen in the waterfall.
  await panel.getByRole('button', { name: 'Turn 3' }).press('Enter');
  await panel.getByLabel('with').selectOption({ label: 'Turn 1, 709 ms' });
  const other = panel.getByRole('table', { name: 'Turn 3 and Turn 1, milliseconds' });
  await expect(other.getByRole('row', { name: /^total / })).toContainText('−961');
  await expect(other.getByRole('row', { name: /^generator / })).toContainText('same');
  // Not with itself.
  await expect(panel.getByLabel('with').getByRole('option')).toHaveCount(5);
});

test('a turn shows its eight segments, and they sum to its total', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await panel.getByRole('button', { name: /Turn 3/ }).hover();
  const segments = panel.getByLabel('Turn 3 in full').getByRole('button');
  const figures = await segments.locator('> :last-child').allInnerTexts();
  expect(figures).toHaveLength(8);
  const sum = figures.reduce(
    (total, text) => total + Number.parseInt(text.replace(',', ''), 10),
    0,
  );
  expect(sum).toBe(1_670);
});
