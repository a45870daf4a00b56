import type { Stage } from '@parley/shared';
import { anthropicVendor } from '../../src/providers/vendors/language-models/language-model-vendors.ts';
import { cartesiaVendor } from '../../src/providers/vendors/cartesia/cartesia-vendor.ts';
import { deepgramVendor } from '../../src/providers/vendors/deepgram/deepgram-vendor.ts';
import { elevenLabsVendor } from '../../src/providers/vendors/elevenlabs/elevenlabs-vendor.ts';
import { compatibleVendor } from '../../src/providers/vendors/openai/openai-vendor.ts';
import { subjectOf, type Subject } from '../conformance/subject.ts';

export type Lineup = Readonly<Record<Stage, Subject<unknown>>>;

/** The vendors that the tests let fail. */
export const PRIMARY: Lineup = {
  transcriber: subjectOf(deepgramVendor, 'transcriber', 'deepgram-nova'),
  generator: subjectOf(compatibleVendor, 'generator', 'compatible'),
  synthesizer: subjectOf(cartesiaVendor, 'synthesizer', 'cartesia'),
};

/** The next in order: other vendors, other protocols. */
export const SECOND: Lineup = {
  transcriber: subjectOf(elevenLabsVendor, 'transcriber', 'elevenlabs'),
  generator: subjectOf(anthropicVendor, 'generator', 'anthropic'),
  synthesizer: subjectOf(deepgramVendor, 'synthesizer', 'deepgram-aura'),
};
