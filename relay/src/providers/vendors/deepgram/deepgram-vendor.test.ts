import { expect, test } from 'vitest';
import { readSettings } from '../../../base/config/read-settings.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { knowsLanguage } from '../../../call/stages/languages.ts';
import { clausesOf, samplesOf } from '../../vendor-kit/synthesis/clauses.rig.ts';
import { startDeepgramSimulator } from '../../../../simulators/deepgram/deepgram-simulator.ts';
import { createFluxSynthesizer, deepgramVendor, auraVoices, voiceOfId } from './deepgram-vendor.ts';
import { fluxLanguages, novaLanguages } from './deepgram-languages.ts';

const context = { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' };

/** The providers that speak with these voices set, each with its voices. */
async function speaking(voices?: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const values = readSettings(deepgramVendor.settings, {
    DEEPGRAM_API_KEY: 'key',
    ...(voices !== undefined && { DEEPGRAM_VOICES: voices }),
  });
  const found: Record<string, readonly string[]> = {};
  for (const candidate of deepgramVendor.candidates) {
    if (candidate.stage !== 'synthesizer' || !candidate.isConfigured(values)) continue;
    await using synthesizer = (await candidate.create(values, context)) as AsyncDisposable & {
      readonly voices: readonly { readonly id: string }[];
    };
    found[candidate.name] = synthesizer.voices.map(({ id }) => id).slice(0, 2);
  }
  return found;
}

test('the voices of Flux are used only if they are named, and before those of Aura', async () => {
  const aura = ['aura-2-thalia-en', 'aura-2-andromeda-en'];
  expect(await speaking()).toEqual({ 'deepgram-aura': aura });
  const both = await speaking('flux-haley-en,flux-jack-en');
  expect(Object.entries(both)).toEqual([
    ['deepgram-flux-voice', ['flux-haley-en', 'flux-jack-en']],
    ['deepgram-aura', aura],
  ]);
  expect(await speaking('aura-2-draco-en, flux-haley-en')).toEqual({
    'deepgram-flux-voice': ['flux-haley-en'],
    'deepgram-aura': ['aura-2-draco-en'],
  });
});

test.each([
  ['flux-haley-en', 'Haley, American English', ['en']],
  ['flux-wade-en', 'Wade', ['en']],
  ['flux-nova-multi', 'Nova', undefined],
  ['aura-2-draco-en', 'Draco, British English', ['en']],
  ['aura-2-lara-de', 'Lara, German', ['de']],
  ['another', 'another', undefined],
])('%s is called %s, and speaks %o', (id, label, languages) => {
  expect(voiceOfId(id)).toEqual({ id, label, languages });
});

test('the voices of the relay’s own language come first', () => {
  const voices = auraVoices('de-AT');
  expect(voices[0]).toMatchObject({ id: 'aura-2-julius-de', languages: ['de'] });
  expect(voices.some(({ languages }) => languages?.includes('en'))).toBe(true);
  expect(auraVoices('pl')[0]).toMatchObject({ languages: ['en'] });
});

test.each([
  [fluxLanguages(undefined), ['en', 'de', 'ja'], ['pl']],
  [fluxLanguages('flux-general-en'), ['en'], ['de']],
  [novaLanguages('nova-3'), ['en', 'de', 'nb', 'zh-TW'], ['cy']],
  [novaLanguages('nova-3-medical'), ['en'], ['de']],
  [novaLanguages('nova-2'), ['de', 'ko'], ['ar']],
  [novaLanguages('base'), ['cy'], []],
])('a model that knows %o', (languages, known, unknown) => {
  const knows = (tag: string) => knowsLanguage(languages, tag);
  expect(known.filter(knows)).toEqual(known);
  expect(unknown.filter(knows)).toEqual([]);
});

test('a connection of Flux speaks more clauses a minute than Aura flushes, in order', async () => {
  await using simulator = await startDeepgramSimulator({
    speak: (text) => new Int16Array(text.length),
  });
  const options = { baseUrl: simulator.url, apiKey: simulator.key };
  await using synthesizer = createFluxSynthesizer(
    { ...options, voices: [voiceOfId('flux-haley-en')] },
    context,
  );
  const clauses = Array.from({ length: 60 }, (_, n) => `Sentence ${'word '.repeat(n)}.`);
  const { signal } = new AbortController();
  const speech = synthesizer.synthesize(clausesOf(...clauses), { voice: 'flux-haley-en', signal });
  const spoken = samplesOf(await Array.fromAsync(speech));
  expect(spoken).toEqual(clauses.map((text) => text.length));
  expect([simulator.requests, simulator.complaints]).toEqual([1, []]);
});
