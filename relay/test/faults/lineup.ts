import { anthropicVendor } from '../../src/providers/anthropic/anthropic-vendor.ts';
import { elevenLabsVendor } from '../../src/providers/elevenlabs/elevenlabs-vendor.ts';
import { groqVendor } from '../../src/providers/groq/groq-vendor.ts';
import { openAiVendor } from '../../src/providers/openai/openai-vendor.ts';
import type { Stage } from '../../src/providers/provider.ts';
import { subjectOf, type Subject } from '../conformance/subject.ts';

type Lineup = Readonly<Record<Stage, Subject<unknown>>>;

/** Whom the tests let fail. */
export const PRIMARY: Lineup = {
  transcriber: subjectOf(elevenLabsVendor, 'transcriber', 'elevenlabs'),
  generator: subjectOf(groqVendor, 'generator', 'groq'),
  synthesizer: subjectOf(elevenLabsVendor, 'synthesizer', 'elevenlabs'),
};

/** Who stands in: other vendors, other protocols. */
export const SECOND: Lineup = {
  transcriber: subjectOf(openAiVendor, 'transcriber', 'openai-realtime'),
  generator: subjectOf(anthropicVendor, 'generator', 'anthropic'),
  synthesizer: subjectOf(openAiVendor, 'synthesizer', 'openai'),
};
