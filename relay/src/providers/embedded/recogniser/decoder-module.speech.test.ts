import { readFile } from 'node:fs/promises';
import createModule, { type SoundSwallowerModule } from 'soundswallower';
import { describe, expect, it } from 'vitest';
import { loadAssistantGrammar, warmFlite } from '../warm-engines.rig.ts';
import { loadDecoderModule, makeQuick, MODEL_BASE } from './decoder-module.ts';

const WASM = new URL('soundswallower.node.wasm', import.meta.resolve('soundswallower'));
const CHUNK_SAMPLES = 1_600;
const TIMEOUT_MS = 60_000;

describe('the decoder with its slowest functions replaced', () => {
  it('is what the installed package is loaded as', async () => {
    const quick = makeQuick(await readFile(WASM));
    expect(quick).toBeDefined();
    await expect(WebAssembly.compile(Uint8Array.from(quick!))).resolves.toBeDefined();
    expect((await loadDecoderModule()).isKnown).toBe(true);
  });

  it(
    'hears the same, word for word and frame for frame',
    async () => {
      const flite = await warmFlite();
      const spoken = [
        flite.speak('slt', 'set a timer for fifteen minutes'),
        flite.speak('rms', 'my sister lives by the sea'),
      ];
      const quick = await hear((await loadDecoderModule()).module, spoken);
      const original = await hear(await createModule({ modelBase: MODEL_BASE }), spoken);
      expect(quick).toEqual(original);
      expect(quick.join(' ')).toContain('timer');
    },
    TIMEOUT_MS,
  );
});

/** The words after each chunk, and where each word and phone lies in the end. */
async function hear(
  module: SoundSwallowerModule,
  utterances: readonly Int16Array[],
): Promise<readonly string[]> {
  const decoder = new module.Decoder({ loglevel: 'FATAL', samprate: 16_000 });
  await decoder.initialize();
  loadAssistantGrammar(module, decoder);
  const heard: string[] = [];
  for (const utterance of utterances) {
    decoder.start();
    for (let at = 0; at < utterance.length; at += CHUNK_SAMPLES) {
      const chunk = utterance.subarray(at, at + CHUNK_SAMPLES);
      decoder.process_audio(Float32Array.from(chunk, (sample) => sample / 0x8000));
      heard.push(decoder.get_text());
    }
    decoder.stop();
    heard.push(JSON.stringify(decoder.get_alignment()));
    await decoder.reinitialize_audio();
  }
  decoder.delete();
  return heard;
}
