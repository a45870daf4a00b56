import { commandsOf, expect, forEachScene, freshTest, test } from './support/ui-test.ts';
import type { SceneName } from './support/scenes.ts';

const LINES: Partial<Record<SceneName, string>> = {
  idle: 'Press to talk',
  asking: 'Allow the microphone to talk',
  askingInSession: 'Allow the microphone to talk',
  listening: 'Listening',
  hearing: 'I hear you',
  thinking: 'Thinking',
  speaking: 'Speaking, talk to interrupt',
  interrupted: 'I hear you',
  reconnecting: 'Reconnecting, keep talking',
  pageListening: 'I hear you',
  typingOnly: 'Type a message',
  refused: 'Microphone blocked: allow it in the address bar',
  busy: 'Microphone busy: close the other program',
  lost: 'The microphone is gone',
  failed: 'Listening',
  ended: 'The call was ended because nothing was said for a while',
};

test('each state has its line', async ({ open }) => {
  const page = await open('idle');
  await forEachScene(page, scenesOf(LINES), async (scene) => {
    await expect(page.locator('#call-state'), scene).toHaveText(LINES[scene]!);
  });
});

test('the words of a call that is over can be copied and saved, beside its figures', async ({
  open,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const page = await open('ended');
  const summary = page.getByRole('region', { name: 'The call that is over' });
  await expect(summary).toContainText(/\d+ s · 2 turns/);
  await summary.getByRole('button', { name: 'Copy' }).click();
  await expect(summary).toContainText('Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    'You: What time is it in Tokyo\n' +
      'Parley: It is twenty to six in the evening in Tokyo.\n' +
      'You: How many kilometers is five miles\n' +
      'Parley: Five miles is about eight kilometers.\n',
  );
  const saved = page.waitForEvent('download');
  await summary.getByRole('button', { name: 'Save the words as Markdown' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^parley-\d{4}-\d\d-\d\d\.md$/);
});

test('the first line of a short conversation is read whole; what is scrolled away fades', async ({
  open,
}) => {
  const page = await open('thinking');
  const region = page.getByRole('region', { name: 'Conversation' });
  const fade = () => region.evaluate((box) => getComputedStyle(box).getPropertyValue('--fade'));
  expect(await fade()).toBe('0px');
  await page.evaluate(() => window.parley.startOver('long'));
  await page.setViewportSize({ width: 390, height: 560 });
  await expect.poll(fade).toBe('40px');
});

test('the first visit says what this is, what to say and who answers', async ({ open }) => {
  const page = await open('idle');
  await expect(page.getByRole('heading', { name: 'A voice you can talk to' })).toBeVisible();
  await expect(page.getByText('A demo voice answers things like these.')).toBeVisible();
  await page.getByRole('button', { name: 'What time is it in Tokyo?' }).click();
  await expect(page.getByRole('region', { name: 'Conversation' })).toContainText(
    'What time is it in Tokyo?',
  );
  expect(await commandsOf(page)).toContain('start:typed');
});

test('the newest stays in view, unless the reader scrolled up', async ({ open }) => {
  const page = await open('interrupted');
  const region = page.getByRole('region', { name: 'Conversation' });
  const distanceToEnd = () =>
    region.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
  const say = (count: number, from: number) =>
    page.evaluate(
      ([many, first]) => {
        for (let number = first; number < first + many; number += 1) {
          const itemId = `more-${number}`;
          window.parley.engine.emit({
            type: 'user-transcript',
            itemId,
            utterance: 100 + number,
            text: `line ${number}`,
            state: 'final',
          });
        }
      },
      [count, from] as const,
    );
  await say(12, 0);
  await expect.poll(distanceToEnd).toBeLessThan(2);
  await expect(page.getByRole('button', { name: 'Latest' })).toHaveCount(0);
  await region.hover();
  await page.mouse.wheel(0, -400);
  await expect(page.getByRole('button', { name: 'Latest' })).toBeVisible();
  const before = await region.evaluate((box) => box.scrollTop);
  await say(3, 12);
  await expect(region).toContainText('line 14', { ignoreCase: true });
  expect(await region.evaluate((box) => box.scrollTop)).toBe(before);
  const latest = page.getByRole('button', { name: 'Latest' });
  await expect(latest).toHaveText('Latest');
  const answer = (trigger: 'speech' | 'timer') =>
    page.evaluate((by) => {
      const response = { responseId: by, clause: 0, fromCharacter: 0, audioStartMs: null } as const;
      window.parley.engine.emit(
        { type: 'response-started', ...response, trigger: by, utterance: null, spoken: false },
        { type: 'response-text', ...response, text: 'Your timer is done.', byPage: false },
      );
    }, trigger);
  await answer('speech');
  await expect(latest).toHaveText('Latest');
  await answer('timer');
  await expect(latest).toHaveText('Latest: your timer has rung');
  await latest.click();
  await expect.poll(distanceToEnd).toBeLessThan(2);
  await expect(latest).toHaveCount(0);
});

const NOTES: Partial<Record<SceneName, readonly string[]>> = {
  listening: [],
  pageListening: ['Your browser is listening for now'],
  pageSpeaking: ['Your browser listens and speaks for now'],
  standIns: ['You hear a stand-in voice for now', 'Answers come from a stand-in for now'],
  typingOnly: ['Speech recognition is unavailable: please type'],
  readingOnly: ['The voice is unavailable: read along'],
};

test('the note says whose place was taken, and by whom', async ({ open }) => {
  const page = await open('idle');
  await forEachScene(page, scenesOf(NOTES), async (scene) => {
    await expect(page.getByRole('status').locator('p'), scene).toHaveText([...NOTES[scene]!]);
  });
});

test('the note goes when all is as usual again', async ({ open }) => {
  const page = await open('pageListening');
  await expect(page.getByText('Your browser is listening for now')).toBeVisible();
  await page.evaluate(() =>
    window.parley.engine.emit({
      type: 'stage-changed',
      stage: 'transcriber',
      from: 'browser',
      to: 'embedded',
      reason: null,
    }),
  );
  await expect(page.getByText('Your browser is listening for now')).toHaveCount(0);
});

test('while speech is not understood, the orb leads to typing', async ({ open }) => {
  const page = await open('typingOnly');
  await page.locator('[data-orb]').click();
  await expect(page.getByRole('textbox', { name: 'Message' })).toBeFocused();
});

test('the conversation shows what was not heard, what was lost and what was not understood', async ({
  open,
}) => {
  let page = await open('interrupted');
  await expect(page.locator('s')).toContainText('the third sends it around the body');
  page = await open('replaced');
  const conversation = page.getByRole('region', { name: 'Conversation' });
  await expect(conversation).toContainText(
    'timers and the conversation so far are gone on the server',
  );
  page = await open('unrecognised');
  await expect(conversation.getByRole('listitem').last()).toHaveText('You: Not understood');
});

test('the debug panel shows each provider, in whose place it is and why', async ({ open }) => {
  const page = await open('standIns', 'debug');
  const providers = page.getByRole('region', { name: 'Providers' });
  await expect(providers.getByRole('row').nth(1)).toContainText('transcriberembedded––');
  await expect(providers.getByRole('row').nth(2)).toContainText(
    'generatoranotherembeddedgenerator_timeout',
  );
});

test('a refused microphone can be asked for again, or done without', async ({ open }) => {
  const page = await open('refused');
  await page.setViewportSize({ width: 390, height: 844 });
  const card = page.getByRole('alert').filter({ hasText: 'allow the microphone' });
  const line = (await page.locator('#call-state').boundingBox())!;
  const { y: top } = (await card.boundingBox())!;
  expect(top - line.y - line.height).toBeGreaterThanOrEqual(8);
  await page.getByRole('button', { name: 'Type instead' }).click();
  const field = page.getByRole('textbox', { name: 'Message' });
  await expect(field).toBeFocused();
  // The advice leaves its room to the words, of which a keyboard takes most.
  await expect(page.getByRole('alert').getByRole('button')).toHaveCount(0);
  await field.press('Escape');
  await expect(page.locator('[data-orb]')).toBeFocused();
  await page.evaluate(() => window.parley.engine.answerMicrophone('granted'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.locator('#call-state')).toHaveText('Listening');
  await expect(page.getByRole('button', { name: 'Mute' }).first()).toBeVisible();
});

test('the timer that rings next runs beside the state, and moves nothing', async ({ open }) => {
  const page = await open('speaking');
  const emit = (inMs: number | null) =>
    page.evaluate((ms) => window.parley.engine.emit({ type: 'timer', inMs: ms }), inMs);
  const places = () =>
    page.evaluate(() =>
      // The list in the region scrolls to its end by itself.
      ['[data-orb]', '#call-state', '[aria-label="Conversation"]'].map((selector) =>
        JSON.stringify(document.querySelector(selector)!.getBoundingClientRect()),
      ),
    );
  await page.locator('main ol').waitFor();
  const before = await places();
  const line = page.locator('#call-state');
  await emit(3_724_900);
  const timer = line.getByRole('timer');
  await expect(timer).toHaveAccessibleName('Timer, 1:02:05 left');
  expect(await places()).toEqual(before);
  await expect(line).toHaveText('Speaking, talk to interrupt');
  await page.setViewportSize({ width: 320, height: 568 });
  const { x = 0, width = 320 } = (await timer.boundingBox()) ?? {};
  expect(x + width).toBeLessThanOrEqual(320);
  await emit(4_900);
  await expect(timer).toHaveAccessibleName('Timer, 0:05 left');
  await expect(timer).toHaveAccessibleName('Timer, 0:03 left');
  await emit(null);
  await expect(timer).toHaveCount(0);
});

test('a call that has ended can be made again, and what was said stays', async ({ open }) => {
  const page = await open('ended');
  await page.evaluate(() => window.parley.engine.answerMicrophone('pending'));
  await page.getByText('Call again').click();
  await expect(page.locator('#call-state')).toHaveText('Allow the microphone to talk');
  const region = page.getByRole('region', { name: 'Conversation' });
  await expect(region).toContainText('Five miles is about eight kilometers.');
  await expect(region).toContainText('New call');
});

test('while the browser asks for the microphone no call runs yet', async ({ open }) => {
  const page = await open('askingInSession');
  const controls = page.getByRole('navigation', { name: 'Call controls' }).getByRole('button');
  await expect(controls).toHaveText([/^Settings/, /^Type/, /^Hang up/, /^Debug/]);
  await expect(page.getByRole('timer')).toHaveCount(0);
  const announced = page.getByRole('status').filter({ hasText: 'Allow the microphone to talk' });
  await expect(announced).toHaveCount(1);
});

test('pressing the orb ends the turn while the person talks, and else says that they can', async ({
  open,
}) => {
  const page = await open('listening');
  const line = page.locator('#call-state');
  await page.getByRole('button', { name: 'Listening: just talk' }).click();
  await expect(line).toHaveText('Listening: just talk');
  await expect(page.getByRole('status').filter({ hasText: 'Listening: just talk' })).toHaveCount(1);
  await expect(line).toHaveText('Listening');
  await page.evaluate(() => window.parley.engine.emit({ type: 'phase', phase: 'hearing' }));
  await page.getByRole('button', { name: 'Finish and get the answer' }).dblclick();
  const commands = await commandsOf(page);
  expect(commands.filter((command) => command === 'holdToTalk:false')).toHaveLength(1);
  expect(commands).not.toContain('setMuted:true');
});

test('the orb and the controls do what they say', async ({ open }) => {
  const page = await open('speaking');
  await page.getByRole('button', { name: 'Stop speaking' }).click();
  await page.getByRole('button', { name: 'Mute' }).click();
  await expect(page.getByRole('button', { name: 'Unmute' })).toBeVisible();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await expect(page.locator('#call-state')).toHaveText('The call has ended');
  expect(await commandsOf(page)).toEqual(
    expect.arrayContaining(['cancelResponse', 'setMuted:true', 'stop']),
  );
});

test('if speech cannot be detected, the orb is held to talk', async ({ open }) => {
  const page = await open('listening');
  await page.evaluate(() => window.parley.engine.emit({ type: 'vad', state: 'failed' }));
  const orb = page.getByRole('button', { name: 'Hold to talk' });
  await orb.hover();
  await page.mouse.down();
  await expect(page.locator('#call-state')).toHaveText('Listening, release to send');
  await page.mouse.up();
  await expect(page.locator('#call-state')).toHaveText('Hold to talk');
  expect(await commandsOf(page)).toEqual(
    expect.arrayContaining(['holdToTalk:true', 'holdToTalk:false']),
  );
});

freshTest('a chosen theme is kept and holds from the first paint on', async ({ open }) => {
  const page = await open('idle');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  // Without the application, only what runs before the first paint is left.
  await page.route('**/assets/*.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  );
  await page.reload();
  const scheme = await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  expect(scheme).toBe('dark');
});

test('the debug panel is fed only while it is open', async ({ open }) => {
  const page = await open('measured');
  expect(await commandsOf(page)).not.toContain('setDebug:true');
  await page.getByRole('button', { name: 'Debug' }).click();
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel).toBeVisible();
  expect(await commandsOf(page)).toContain('setDebug:true');
  await panel.getByRole('button', { name: 'Close the debug panel' }).click();
  await expect(panel).toHaveCount(0);
  expect((await commandsOf(page)).at(-1)).toBe('setDebug:false');
});

function scenesOf(table: Partial<Record<SceneName, unknown>>): readonly SceneName[] {
  return Object.keys(table) as SceneName[];
}
