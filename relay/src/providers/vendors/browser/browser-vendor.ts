import { ParleyError } from '@parley/shared';
import { BROWSER } from '../../../call/stages/provider.ts';
import type { Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../../call/stages/transcriber/transcriber.ts';
import { defineVendor } from '../../vendor-kit/vendor.ts';

/**
 * The page's own speech recognition. It works in the page: the words it hears come as typed text,
 * so nothing is ever opened here.
 */
const browserTranscriber: Transcriber = {
  name: BROWSER,
  open: () => Promise.reject(new ParleyError('transcriber_failed')),
};

/** The page's own voice: it speaks the text that is sent without audio. */
const browserSynthesizer: Synthesizer = {
  name: BROWSER,
  // The rate that text without audio is announced with; nothing is ever sent at it.
  sampleRateHz: 24_000,
  voices: [{ id: 'browser', label: 'Your browser’s own voice' }],
  // oxlint-disable-next-line require-yield -- it has nothing to give
  async *synthesize() {
    throw new ParleyError('synthesizer_failed');
  },
};

/** The last resort before typing and reading: what the browser can do without us. */
export const browserVendor = defineVendor({
  id: 'browser',
  label: 'The browser',
  settings: {},
  candidates: [
    {
      stage: 'transcriber',
      name: BROWSER,
      isConfigured: () => true,
      create: () => browserTranscriber,
    },
    {
      stage: 'synthesizer',
      name: BROWSER,
      isConfigured: () => true,
      create: () => browserSynthesizer,
    },
  ],
});
