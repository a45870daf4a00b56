import { commandsOf, expect, forEachScene, test } from './support/ui-test.ts';

test('a whole call by keyboard alone', async ({ open }) => {
  const page = await open('idle');
  const line = page.locator('#call-state');
  const orb = page.locator('[data-orb]');

  await page.keyboard.press('Tab');
  await expect(orb).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(line).toHaveText('Connecting');
  await page.evaluate(() =>
    window.parley.engine.emit(
      { type: 'vad', state: 'ready' },
      { type: 'phase', phase: 'listening' },
    ),
  );
  await expect(line).toHaveText('Listening');

  await page.keyboard.press('m');
  await expect(line).toHaveText('Muted');
  await page.keyboard.press('m');
  await expect(line).toHaveText('Listening');

  await page.keyboard.down('Space');
  await expect(line).toHaveText('Listening, release to send');
  await page.keyboard.up('Space');
  await expect(line).toHaveText('Listening');

  await page.keyboard.press('t');
  const field = page.getByRole('textbox', { name: 'Message' });
  await expect(field).toBeFocused();
  await expect(field).toHaveValue('');
  await page.keyboard.type('tell me more');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Conversation' })).toContainText('tell me more', {
    ignoreCase: true,
  });
  await page.keyboard.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(orb).toBeFocused();

  const settings = page.getByRole('button', { name: 'Settings' });
  await settings.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Settings' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText('Level')).toBeVisible();
  await page.keyboard.press('m');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(settings).toBeFocused();

  await page.keyboard.press('d');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  await expect(settings).toBeFocused();

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Hang up' }).focus();
  await page.keyboard.press('Enter');
  await expect(line).toHaveText('The call has ended');
  await expect(orb).toBeFocused();

  const commands = await commandsOf(page);
  expect(commands.filter((command) => command.startsWith('setMuted'))).toEqual([
    // Every call begins unmuted.
    'setMuted:false',
    'setMuted:true',
    'setMuted:false',
  ]);
  expect(commands).toEqual(
    expect.arrayContaining([
      'start:microphone',
      'holdToTalk:true',
      'holdToTalk:false',
      'cancelResponse',
      'stop',
    ]),
  );
});

test('“?” and a button show what the keys do, and escape closes the closest layer first', async ({
  open,
}) => {
  const page = await open('speaking');
  const sheet = page.getByRole('dialog', { name: 'Shortcuts' });
  await page.keyboard.press('?');
  await expect(sheet).toContainText('Mute, and unmute');
  await page.keyboard.press('Escape');
  await expect(sheet).toHaveCount(0);
  await page.getByRole('button', { name: 'Shortcuts' }).click();
  await expect(sheet).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('t');
  await page.locator('[data-orb]').focus();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('textbox', { name: 'Message' })).toHaveCount(0);
  // The panel beside the call too, from wherever the focus is.
  await page.keyboard.press('d');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  await expect(panel).toBeFocused();
  await page.locator('[data-orb]').focus();
  await page.keyboard.press('Escape');
  await expect(panel).toHaveCount(0);
  expect(await commandsOf(page)).not.toContain('cancelResponse');
  await page.keyboard.press('Escape');
  expect(await commandsOf(page)).toContain('cancelResponse');
  // A menu too, however often it is opened.
  for (const _ of ['the first time', 'the second time']) {
    await page.getByRole('button', { name: 'Account and history' }).press('Enter');
    await expect(page.getByRole('menuitem', { name: 'History' })).toBeVisible();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('menu')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Account and history' })).toBeFocused();
  }
  // It never ends the call either.
  await page.keyboard.press('Escape');
  expect(await commandsOf(page)).not.toContain('stop');
});

test('no two controls have the same name, in any state', async ({ open }) => {
  const page = await open('idle');
  const scenes = ['idle', 'listening', 'speaking', 'refused', 'lost', 'ended', 'broken'] as const;
  await forEachScene(page, scenes, async (scene) => {
    const names = await page
      .locator('main')
      .getByRole('button')
      .evaluateAll((buttons) =>
        buttons.map((button) => button.getAttribute('aria-label') ?? button.textContent?.trim()),
      );
    expect(names.toSorted(), scene).toEqual([...new Set(names)].toSorted());
  });
});

test('every control can be reached with the Tab key and has a name', async ({ open }) => {
  const page = await open('listening');
  const names = new Set<string>();
  for (let press = 0; press < 12; press += 1) {
    await page.keyboard.press('Tab');
    names.add(
      await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent ?? '';
      }),
    );
  }
  for (const name of ['Mute', 'Settings', 'Hang up', 'What is seven times eight?']) {
    expect([...names].some((one) => one.startsWith(name))).toBe(true);
  }
});

test('the divider of the debug panel moves by arrow keys', async ({ open }) => {
  const page = await open('measured', 'debug');
  const panel = page.getByRole('complementary', { name: 'Debug panel' });
  const divider = page.getByRole('separator', { name: 'Width of the debug panel' });
  await divider.focus();
  const before = (await panel.boundingBox())?.width ?? 0;
  await page.keyboard.press('ArrowLeft');
  await expect.poll(async () => (await panel.boundingBox())?.width).toBe(before + 24);
});
