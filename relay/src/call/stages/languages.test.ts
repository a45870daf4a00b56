import { describe, expect, it } from 'vitest';
import {
  knowsLanguage,
  languageAmong,
  languagesOfAll,
  offeredLanguages,
  vendorCode,
} from './languages.ts';

const ANY = { transcriber: undefined, generator: undefined, synthesizer: undefined };

describe('knowsLanguage', () => {
  it.each([
    [['de'], 'de-AT', true],
    [['de'], 'DE', true],
    [['de'], 'nl', false],
    [['no'], 'nb-NO', true],
    [['fil'], 'tl', true],
    [[], 'en', false],
    [undefined, 'tlh', true],
  ])('of %o and %s is %o', (languages, tag, expected) => {
    expect(knowsLanguage(languages, tag)).toBe(expected);
  });
});

it('a language goes to a vendor by the code that the vendor lists', () => {
  expect(vendorCode(['en', 'fil'], 'tl-PH')).toBe('fil');
  expect(vendorCode(['en'], 'de-CH')).toBe('de');
  expect(vendorCode(undefined, 'pt-BR')).toBe('pt');
});

it('several know what each of them knows, and any if one knows any', () => {
  expect(languagesOfAll([['en'], ['de', 'en']])).toEqual(['en', 'de']);
  expect(languagesOfAll([['en'], undefined])).toBeUndefined();
  expect(languagesOfAll([])).toEqual([]);
});

describe('offeredLanguages', () => {
  it('are the operator’s, and then those that every stage knows', () => {
    const known = {
      ...ANY,
      transcriber: ['nl', 'en', 'de', 'fi'],
      synthesizer: ['en', 'fi', 'nl'],
    };
    expect(offeredLanguages(known, { language: 'en-US' })).toEqual(['en-US', 'fi', 'nl']);
  });

  it('are widely spoken ones if a stage knows any', () => {
    const offered = offeredLanguages(ANY, { language: 'en-US' });
    expect(offered[0]).toBe('en-US');
    expect(offered).toContain('de');
    expect(offered).not.toContain('en');
    expect(offered.length).toBeGreaterThan(25);
    const half = { ...ANY, synthesizer: ['de', 'en', 'mi'] };
    expect(offeredLanguages(half, { language: 'en-US' })).toEqual(['en-US', 'de']);
  });

  it('are those that the operator names, in that order, as far as they are known', () => {
    const known = { ...ANY, transcriber: ['en', 'de', 'fr'] };
    const policy = { language: 'de-CH', languages: ['fr', 'en-GB', 'it', 'de-CH', 'de-AT'] };
    expect(offeredLanguages(known, policy)).toEqual(['de-CH', 'fr', 'en-GB', 'de-AT']);
  });

  it('begin with English if the operator’s language is not known by every stage', () => {
    const english = { transcriber: ['en'], generator: ['en'], synthesizer: ['en'] };
    expect(offeredLanguages(english, { language: 'de-DE' })).toEqual(['en']);
    const both = { ...ANY, synthesizer: ['de', 'en'] };
    expect(offeredLanguages(both, { language: 'pl' })).toEqual(['en', 'de']);
  });

  it('are never none', () => {
    const none = { ...ANY, transcriber: ['de'], synthesizer: ['fr'] };
    expect(offeredLanguages(none, { language: 'en-US' })).toEqual(['en-US']);
  });
});

it('an offered language is met by its tag, else by its primary subtag', () => {
  const offered = ['en-US', 'de', 'de-CH'];
  expect(languageAmong(offered, 'EN')).toBe('en-US');
  expect(languageAmong(offered, 'de-ch')).toBe('de-CH');
  expect(languageAmong(offered, 'de-AT')).toBe('de');
  expect(languageAmong(offered, 'fr')).toBeUndefined();
});
