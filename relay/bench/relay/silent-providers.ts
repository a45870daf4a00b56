import type { Stages } from '../../src/stages/stages.ts';

/** Nothing that is said here is ever answered. */
export const silentProviders: Pick<Stages, 'generator' | 'synthesizer'> = {
  generator: { name: 'silent', async *generate() {} },
  synthesizer: {
    name: 'silent',
    sampleRateHz: 16_000,
    voices: [{ id: 'silent', label: 'Silent' }],
    async *synthesize() {},
  },
};
