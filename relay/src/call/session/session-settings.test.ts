import { expect, test } from 'vitest';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { ScriptedSynthesizer } from '../../../test/support/scripted-synthesizer.ts';
import { FakeClock } from '../../base/lib/clock.fake.ts';
import type { SpeedRange, Voice } from '../stages/synthesizer/synthesizer.ts';
import { applyUpdate, choicesOf } from './session-settings.ts';
import { testSettings } from './caller.fake.ts';

const VOICES = [{ id: 'one', label: 'One' }];
const SPEEDS = { min: 0.6, max: 1.8 };

/** A relay with one synthesizer, which offers these. */
function offering(voices: readonly Voice[], speeds?: SpeedRange) {
  const clock = new FakeClock();
  const scripted = new ScriptedSynthesizer({ clock });
  const synthesizer = Object.assign(scripted, { voices, speeds });
  const languages = { language: 'en-US', languages: ['de', 'fr'] };
  return { providers: scriptedStages(clock, { synthesizer }), languages };
}

test('a pace within the voice’s range is taken, and its own pace asks for nothing', () => {
  const chosen = testSettings();
  const offer = offering(VOICES, SPEEDS);
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
  [{ voice: 'two' }, undefined, /^session\.voice: .*voices in session\.created/],
  [{ language: 'it' }, undefined, /^session\.language: .*languages in session\.created/],
])('%o is refused as a whole', (update, speeds, words) => {
  const chosen = testSettings();
  const refused = applyUpdate(
    chosen,
    { ...update, time_zone: 'Europe/Berlin' },
    offering(VOICES, speeds),
    undefined,
  );
  expect(refused).toMatch(words);
  expect(chosen).toEqual(testSettings());
});

test('a language is taken by its primary subtag, too', () => {
  const chosen = testSettings();
  const offer = offering(VOICES);
  expect(applyUpdate(chosen, { language: 'de-AT' }, offer, undefined)).toBeUndefined();
  expect(chosen.language).toBe('de');
  expect(applyUpdate(chosen, { language: 'en' }, offer, undefined)).toBeUndefined();
  expect(chosen.language).toBe('en-US');
});

test('a voice that does not know the language gives way to the first that does', () => {
  const offer = offering([
    { id: 'one', label: 'One', languages: ['en'] },
    { id: 'eins', label: 'Eins', languages: ['de'] },
    { id: 'zwei', label: 'Zwei', languages: ['de'] },
  ]);
  const chosen = testSettings();
  applyUpdate(chosen, { language: 'de' }, offer, undefined);
  expect(chosen.voice).toBe('eins');
  applyUpdate(chosen, { voice: 'zwei' }, offer, undefined);
  expect(chosen.voice).toBe('zwei');
  expect(applyUpdate(chosen, { voice: 'one' }, offer, undefined)).toBeUndefined();
  expect(chosen.voice).toBe('eins');
  applyUpdate(chosen, { language: 'en', voice: 'one' }, offer, undefined);
  expect(chosen).toMatchObject({ language: 'en-US', voice: 'one' });
});

test('the choices of a language are the voices that know it', () => {
  const offer = offering(
    [
      { id: 'one', label: 'One', languages: ['en'] },
      { id: 'all', label: 'All' },
      { id: 'eins', label: 'Eins', languages: ['de'] },
    ],
    SPEEDS,
  );
  const { voices, ...others } = choicesOf(offer, 'de');
  expect(voices).toEqual([
    { id: 'all', label: 'All' },
    { id: 'eins', label: 'Eins' },
  ]);
  expect(others).toEqual({ speeds: SPEEDS, languages: ['en-US', 'de', 'fr'] });
  expect(choicesOf(offer).voices.map(({ id }) => id)).toEqual(['one', 'all']);
});
