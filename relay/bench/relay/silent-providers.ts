import type { Providers } from '../../src/stages/providers.ts';

/** Nothing that is said here is ever answered. */
export const silentProviders: Omit<Providers, 'transcriber'> = {
  generator: { name: 'silent', async *generate() {} },
  synthesizer: {
    name: 'silent',
    sampleRateHz: 16_000,
    voices: [{ id: 'silent', label: 'Silent' }],
    async *synthesize() {},
  },
};
