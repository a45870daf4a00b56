import { anthropicVendor } from '../../src/providers/anthropic/anthropic-vendor.ts';
import { cartesiaVendor } from '../../src/providers/cartesia/cartesia-vendor.ts';
import { deepgramVendor } from '../../src/providers/deepgram/deepgram-vendor.ts';
import { elevenLabsVendor } from '../../src/providers/elevenlabs/elevenlabs-vendor.ts';
import { compatibleVendor } from '../../src/providers/openai/openai-vendor.ts';
import type { Stage } from '../../src/providers/provider.ts';
import { subjectOf, type Subject } from '../conformance/subject.ts';

export type Lineup = Readonly<Record<Stage, Subject<unknown>>>;

/** Whom the tests let fail. */
export const PRIMARY: Lineup = {
  transcriber: subjectOf(deepgramVendor, 'transcriber', 'deepgram-nova'),
  generator: subjectOf(compatibleVendor, 'generator', 'compatible'),
  synthesizer: subjectOf(cartesiaVendor, 'synthesizer', 'cartesia'),
};

/** Who stands in: other vendors, other protocols. */
export const SECOND: Lineup = {
  transcriber: subjectOf(elevenLabsVendor, 'transcriber', 'elevenlabs'),
  generator: subjectOf(anthropicVendor, 'generator', 'anthropic'),
  synthesizer: subjectOf(deepgramVendor, 'synthesizer', 'deepgram-aura'),
};
