import { expect, test } from 'vitest';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import { applyUpdate } from './session-settings.ts';

const VOICES = [{ id: 'one', label: 'One' }];
const SPEEDS = { min: 0.6, max: 1.8 };

function settings(): ConversationSettings {
  return { voice: 'one', timeZone: 'UTC', isSpoken: true, eagerness: 'medium' };
}

test('a pace within the voice’s range is taken, and its own pace asks for nothing', () => {
  const chosen = settings();
  const offer = { voices: VOICES, speeds: SPEEDS };
  expect(applyUpdate(chosen, { speed: 1.8 }, offer, undefined)).toBeUndefined();
  expect(chosen.speed).toBe(1.8);
  expect(applyUpdate(chosen, { voice: 'one' }, offer, undefined)).toBeUndefined();
  expect(chosen.speed).toBe(1.8);
  expect(applyUpdate(chosen, { speed: 1 }, offer, undefined)).toBeUndefined();
  expect(chosen.speed).toBeUndefined();
});

test.each([
  [{ speed: 1.9 }, SPEEDS, /from 0\.6 to 1\.8/],
  [{ speed: 0.5 }, SPEEDS, /from 0\.6 to 1\.8/],
  [{ speed: 1.2 }, undefined, /one pace/],
])('%o is refused as a whole', (update, speeds, words) => {
  const chosen = settings();
  const refused = applyUpdate(
    chosen,
    { ...update, time_zone: 'Europe/Berlin' },
    { voices: VOICES, speeds },
    undefined,
  );
  expect(refused).toMatch(words);
  expect(chosen).toEqual(settings());
});
