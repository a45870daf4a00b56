import { elevenLabsVendor } from '../../src/providers/vendors/elevenlabs/elevenlabs-vendor.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import { defineFaults } from './faults.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';
import { defineTranscriberCases } from './transcriber-conformance.ts';

defineFaults([
  defineTranscriberCases(subjectOf<Transcriber>(elevenLabsVendor, 'transcriber', 'elevenlabs')),
  defineSynthesizerCases(subjectOf<Synthesizer>(elevenLabsVendor, 'synthesizer', 'elevenlabs')),
]);
