import type { Decoder, Segment } from 'soundswallower';
import { expect, it } from 'vitest';
import { SentenceSearch } from './sentence-search.ts';

const SAMPLES_PER_S = 16_000;
const SENTENCE = 'call me later when all the others have left';
const QUIET = { isNoisy: false, isBesideInterjection: false };

/** Answers with one text for each time it was started; its words are as likely as `likelihood`. */
function decoderOf(texts: readonly string[], likelihood = 1) {
  let started = 0;
  const heard: Float32Array[] = [];
  const text = () => texts[Math.max(0, started - 1)] ?? '';
  const decoder = {
    start: () => void (started += 1),
    stop: () => undefined,
    process_audio: (audio: Float32Array) => heard.push(audio),
    get_text: text,
    get_alignment: (): Segment => ({
      t: text(),
      b: 0,
      d: 1,
      p: 1,
      w: text()
        .split(' ')
        .map((t, at) => ({
          t,
          b: at,
          d: 1,
          p: likelihood,
        })),
    }),
  };
  return { decoder: decoder as unknown as Decoder, heard };
}

function searchOf(texts: readonly string[], likelihood?: number, isUsual = true) {
  const sentences = decoderOf(texts, likelihood);
  const phones = decoderOf(['xxaa']);
  const search = new SentenceSearch(sentences.decoder, phones.decoder, () => isUsual);
  search.decoders.forEach((decoder) => decoder.start());
  return { search, sentences, phones };
}

const secondsOf = (seconds: number) => new Float32Array(seconds * SAMPLES_PER_S);

it('refuses words that the sound does not bear out, and more so beside an interjection', () => {
  const weak = Math.exp(-0.13);
  expect(searchOf(['call me later']).search.credibleSentence(QUIET)).toBe('call me later');
  expect(searchOf(['call me later'], weak).search.credibleSentence(QUIET)).toBe('call me later');
  for (const conditions of [
    { ...QUIET, isNoisy: true },
    { ...QUIET, isBesideInterjection: true },
  ]) {
    expect(searchOf(['call me later'], weak).search.credibleSentence(conditions)).toBe('');
  }
  expect(searchOf(['xxk xxaa xxl']).search.credibleSentence(QUIET)).toBe('');
});

it('refuses an unusual sentence for less', () => {
  const heard = (isUsual: boolean) =>
    searchOf(['minus five please'], Math.exp(-0.13), isUsual).search.credibleSentence(QUIET);
  expect(heard(true)).toBe('minus five please');
  expect(heard(false)).toBe('');
});

it('decodes a long utterance once more, with the decoders as the first time left them', () => {
  const { search, sentences, phones } = searchOf(['xxk xxaa xxl', SENTENCE]);
  const audio = secondsOf(5);
  expect(search.sentence).toBe('');
  expect(search.decodeAgain(audio)).toBe(true);
  expect(search.credibleSentence(QUIET)).toBe(SENTENCE);
  expect(sentences.heard).toEqual([audio]);
  expect(phones.heard).toEqual([audio]);
});

it.each(['xxk xxaa', 'eight', 'call me later'])('takes “%s” in six seconds for noise', (text) => {
  const { search, phones } = searchOf(['xxk xxaa xxl', text]);
  expect(search.decodeAgain(secondsOf(6))).toBe(false);
  expect(phones.heard).toEqual([]);
});

it.each([4.9, 12.1])('does not decode %d seconds again', (seconds) => {
  const { search, sentences } = searchOf(['xxk xxaa xxl', SENTENCE]);
  expect(search.decodeAgain(secondsOf(seconds))).toBe(false);
  expect(sentences.heard).toEqual([]);
});
