import type { Generator } from '../../src/stages/generator.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';

/** Nothing that is said here is ever answered. */
export const silentProviders: { readonly generator: Generator; readonly synthesizer: Synthesizer } =
  {
    generator: { name: 'silent', async *generate() {} },
    synthesizer: {
      name: 'silent',
      sampleRateHz: 16_000,
      voices: [{ id: 'silent', label: 'Silent' }],
      async *synthesize() {},
    },
  };
