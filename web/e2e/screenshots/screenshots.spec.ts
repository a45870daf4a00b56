import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import {
  keptConversation,
  manyConversations,
  scriptedAccount,
  storedTurn,
} from '../ui/support/kept-account.ts';
import { SETTINGS_KEY } from '../../src/client/settings/settings.ts';
import { scriptAccountApi } from '../ui/support/scripted-account-api.ts';
import { scriptLog } from '../ui/support/scripted-log.ts';
import {
  openStatus,
  rememberOperator,
  scriptOperatorApi,
  verdictOf,
} from '../ui/support/scripted-operator.ts';
import { TROUBLE, troubledOverview } from '../ui/support/scripted-overview.ts';
import type { SceneName } from '../ui/support/scenes.ts';
import { expect, freshTest as test } from '../ui/support/ui-test.ts';

const IMAGES = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const DESKTOP = { width: 1_280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** How many turns a conversation had is all that a list shows of them. */
const turns = (count: number) =>
  Array.from({ length: count }, (_, index) => storedTurn(`turn_${index}`));
const OCTOPUSES = manyConversations().filter(({ id }) => id === 'conv_octopus');
const CONVERSATIONS = [
  keptConversation('conv_live', 'What time is it in Tokyo?', 0, {
    is_live: true,
    duration_s: 48,
    cost_usd: 0.0124,
    turns: turns(2),
  }),
  ...OCTOPUSES,
  keptConversation('conv_trip', 'Three days in Lisbon with two children', 1.04, {
    duration_s: 1_104,
    cost_usd: 0.3871,
    turns: turns(31),
    has_recording: true,
  }),
  keptConversation('conv_bread', 'Why does my bread not rise?', 1.19, {
    duration_s: 263,
    cost_usd: 0.0702,
    turns: turns(9),
  }),
  keptConversation('conv_miles', 'How many kilometers is five miles?', 3.31, {
    duration_s: 21,
    cost_usd: 0,
    turns: turns(1),
  }),
  keptConversation('conv_talk', 'Practise my talk about the tides with me', 4.16, {
    duration_s: 1_512,
    cost_usd: 0.5218,
    turns: turns(44),
  }),
];

interface Screenshot {
  /** Of the file, without its extension. */
  readonly name: string;
  readonly viewport: typeof DESKTOP;
  readonly dark?: boolean;
  readonly scene: SceneName;
  readonly query?: string;
  /** From the call screen to what is to be seen. */
  show?(page: Page): Promise<void>;
}

const SCREENSHOTS: readonly Screenshot[] = [
  { name: 'call', viewport: DESKTOP, scene: 'speaking' },
  { name: 'call-phone', viewport: PHONE, dark: true, scene: 'interrupted' },
  {
    name: 'debug-panel',
    viewport: { width: 1_160, height: 680 },
    dark: true,
    scene: 'measured',
    query: 'debug',
    show: untilMeasured,
  },
  { name: 'history', viewport: DESKTOP, scene: 'idle', show: (page) => openPage(page, 'History') },
  {
    name: 'history-phone',
    viewport: PHONE,
    dark: true,
    scene: 'idle',
    show: (page) => openPage(page, 'History'),
  },
  { name: 'conversation', viewport: DESKTOP, scene: 'idle', show: openConversation },
  {
    name: 'conversation-phone',
    viewport: PHONE,
    dark: true,
    scene: 'idle',
    show: openConversation,
  },
  { name: 'usage', viewport: DESKTOP, scene: 'idle', show: openUsage },
  { name: 'usage-phone', viewport: PHONE, dark: true, scene: 'idle', show: openUsage },
  { name: 'sign-in', viewport: DESKTOP, scene: 'idle', query: 'way=accounts', show: openSignIn },
  {
    name: 'sign-in-phone',
    viewport: PHONE,
    dark: true,
    scene: 'idle',
    query: 'way=accounts',
    show: openSignIn,
  },
  { name: 'status', viewport: DESKTOP, scene: 'idle', show: showStatus },
  { name: 'status-phone', viewport: PHONE, dark: true, scene: 'idle', show: showStatus },
];

async function openPage(page: Page, name: 'History' | 'Usage'): Promise<void> {
  await page.getByRole('button', { name: 'Account and history' }).click();
  await page.getByRole('menuitem', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

async function untilMeasured(page: Page): Promise<void> {
  await expect(page.getByRole('region', { name: 'Cost of the turns' })).toBeVisible();
}

async function openConversation(page: Page): Promise<void> {
  await openPage(page, 'History');
  await page.getByRole('link', { name: /octopuses/ }).click();
  await expect(page.locator('s')).toBeVisible();
}

async function openUsage(page: Page): Promise<void> {
  await openPage(page, 'Usage');
  await expect(page.locator('.recharts-bar-rectangle').first()).toBeVisible();
}

async function openSignIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Press to talk' }).click();
  await expect(page.getByRole('textbox', { name: 'E-mail address' })).toBeFocused();
}

async function showStatus(page: Page): Promise<void> {
  await scriptLog(page);
  await rememberOperator(page);
  await scriptOperatorApi(page, { overview: troubledOverview('degraded', [TROUBLE]) });
  await page.reload();
  await openStatus(page);
  await expect(verdictOf(page)).toHaveText(TROUBLE.message);
}

for (const { name, viewport, dark = false, scene, query, show } of SCREENSHOTS) {
  test.describe(name, () => {
    test.use({
      viewport,
      colorScheme: dark ? 'dark' : 'light',
      locale: 'en-GB',
      timezoneId: 'UTC',
      contextOptions: { reducedMotion: 'reduce' },
    });

    test(`${name}.png shows what it shall`, async ({ open, page }) => {
      // Of a person who has talked before: the guide to the first talk is hidden.
      const settings = JSON.stringify({ guided: true });
      await page.addInitScript(([key, kept]) => localStorage.setItem(key, kept), [
        SETTINGS_KEY,
        settings,
      ] as const);
      await scriptAccountApi(page, scriptedAccount({ conversations: CONVERSATIONS }));
      await open(scene, query);
      await show?.(page);
      await page.mouse.move(0, 0);
      const image = await page.screenshot({
        path: join(IMAGES, `${name}.png`),
        animations: 'disabled',
        caret: 'hide',
      });
      // A README is read over slow lines, too.
      expect(image.byteLength).toBeLessThanOrEqual(150_000);
    });
  });
}
