import type { Decoder, Segment } from 'soundswallower';
import { expect, it } from 'vitest';
import { loadAssistantGrammar, warmFlite } from '../warm-engines.rig.ts';
import { loadDecoderModule, MODEL_BASE } from './decoder-module.ts';
import { floatSamples } from './float-samples.ts';
import { loadGrammar } from './load-grammar.ts';
import { SharedScores } from './shared-scores.ts';
import { PHONE_LOOP_GRAMMAR } from './word-evidence.ts';

/** The last is more than the history holds. */
const CHUNK_SAMPLES = [1_600, 4_800, 160, 24_000];
const TIMEOUT_MS = 60_000;

it(
  'lets decoders that share scores hear what each hears alone',
  async () => {
    const flite = await warmFlite();
    const spoken = [
      floatSamples(flite.speak('slt', 'set a timer for fifteen minutes'), 1),
      floatSamples(flite.speak('awb', 'my sister lives by the sea'), 1),
    ];
    const together = await hear(spoken, true);
    const alone = await hear(spoken, false);
    expect(together.map(({ words }) => words)).toEqual(alone.map(({ words }) => words));
    for (const [index, { likelihoods }] of together.entries()) {
      for (const [at, likelihood] of likelihoods.entries())
        expect(likelihood).toBeCloseTo(alone[index]!.likelihoods[at]!, 2);
    }
    expect(together.map(({ words }) => words).join(' ')).toContain('minutes');
  },
  TIMEOUT_MS,
);

/** Of each utterance, what a decoder for sentences and one for phones make of it. */
async function hear(utterances: readonly Float32Array[], isShared: boolean) {
  const { module } = await loadDecoderModule();
  const decoderWith = async (config = {}): Promise<Decoder> => {
    const decoder = new module.Decoder({ loglevel: 'FATAL', samprate: 16_000, ...config });
    await decoder.initialize();
    return decoder;
  };
  const phones = await decoderWith({ dict: `${MODEL_BASE}no-dictionary` });
  loadGrammar(module, phones, PHONE_LOOP_GRAMMAR);
  const sentences = await decoderWith();
  loadAssistantGrammar(module, sentences);
  const decoders = [phones, sentences];
  const scores = isShared ? new SharedScores(module, [phones, ...decoders]) : undefined;
  const forEach = (act: (decoder: Decoder) => unknown) =>
    scores === undefined ? decoders.forEach(act) : scores.forEach(decoders, act);
  const heard = [];
  for (const utterance of utterances) {
    for (const decoder of decoders) decoder.start();
    for (let at = 0, turn = 0; at < utterance.length; turn += 1) {
      const size = CHUNK_SAMPLES[turn % CHUNK_SAMPLES.length]!;
      const chunk = utterance.slice(at, at + size);
      forEach((decoder) => decoder.process_audio(chunk));
      at += size;
    }
    forEach((decoder) => decoder.stop());
    for (const decoder of decoders) {
      const words: readonly Segment[] = decoder.get_alignment().w ?? [];
      heard.push({
        words: words.map(({ t, b, d }) => `${t} ${b} ${d}`).join(', '),
        likelihoods: words.map(({ p }) => p),
      });
      await decoder.reinitialize_audio();
    }
  }
  return heard;
}
