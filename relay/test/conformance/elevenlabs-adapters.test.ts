import { elevenLabsVendor } from '../../src/providers/elevenlabs/elevenlabs-vendor.ts';
import type { Synthesizer } from '../../src/providers/synthesizer.ts';
import type { Transcriber } from '../../src/providers/transcriber.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';
import { defineTranscriberCases } from './transcriber-conformance.ts';

defineTranscriberCases(subjectOf<Transcriber>(elevenLabsVendor, 'transcriber', 'elevenlabs'));
defineSynthesizerCases(subjectOf<Synthesizer>(elevenLabsVendor, 'synthesizer', 'elevenlabs'));
