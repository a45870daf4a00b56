import { expect, test } from 'vitest';
import { voiceOfferIn } from './use-voice-offer.ts';

const SARAH = { id: 'slt', label: 'Sarah' };

test('voices and speeds are read out of the health answer, and nothing is made up', () => {
  const speeds = { min: 0.6, max: 1.8 };
  expect(voiceOfferIn({ status: 'ok', voices: [SARAH], speeds })).toEqual({
    voices: [SARAH],
    speeds,
  });
  expect(voiceOfferIn({ voices: [], languages: ['en-US', 7, 'de'] })).toEqual({
    voices: [],
    languages: ['en-US', 'de'],
  });
  expect(voiceOfferIn({ voices: [SARAH, null, 7, { id: 3, label: 'x' }] })).toEqual({
    voices: [SARAH],
  });
  for (const odd of [{ min: 2, max: 1 }, { min: '1', max: 2 }, 7, null]) {
    expect(voiceOfferIn({ voices: [], speeds: odd })).toEqual({ voices: [] });
  }
  for (const body of [null, 7, 'text', {}, { voices: 'many' }]) {
    expect(voiceOfferIn(body)).toBeNull();
  }
});
