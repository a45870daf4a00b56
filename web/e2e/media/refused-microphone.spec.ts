import { expect } from '@playwright/test';
import { startCall, test } from './engine-test.ts';
import type { EngineWindow } from './page/main.ts';

test('a refused microphone is reported as such, and the call can be typed to', async ({ open }) => {
  const { page, relay } = await open({ permission: 'denied' });
  expect(await startCall(page)).toEqual({ ok: false, refusal: 'denied' });
  await page.evaluate(() => {
    (window as unknown as EngineWindow).engine.sendText('id-1', 'hello');
  });
  await relay.until('the typed text', () => relay.events('conversation.item.create').length === 1);
  expect(relay.events('conversation.item.create')[0]?.item).toMatchObject({
    id: 'id-1',
    content: [{ text: 'hello' }],
  });
});
