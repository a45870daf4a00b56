import { expect, test } from 'vitest';
import { rawAudioOf } from './raw-audio.ts';

test.each([
  ['audio/pcm', 24_000, 1],
  ['audio/pcm;rate=16000', 16_000, 1],
  ['Audio/PCM; Rate="8000"', 8_000, 1],
  ['audio/L16;rate=44100;channels=2', 44_100, 2],
  ['audio/L16;codec=pcm;rate=24000', 24_000, 1],
  ['audio/x-raw;format=S16LE;channels=1;rate=22050', 22_050, 1],
  ['application/octet-stream', 24_000, 1],
])('%s is at %i Hz, with %i channels', (type, sampleRateHz, channels) => {
  expect(rawAudioOf(type, 24_000)).toMatchObject({
    encoding: 'integer',
    bytesPerSample: 2,
    sampleRateHz,
    channels,
  });
});

test.each([
  'audio/mpeg',
  'audio/basic',
  'audio/pcm;rate=0',
  'audio/pcm;rate=fast',
  'audio/pcm;rate=1e12',
  'audio/pcm;channels=0',
  'audio/pcm;channels=1.5',
  'audio/pcm;bits=8',
  'audio/x-raw;format=F32LE',
  'pcm',
  '',
])('%j is not raw samples that can be played', (type) => {
  expect(rawAudioOf(type, 24_000)).toBeUndefined();
});
