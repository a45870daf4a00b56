import { deepgramVendor } from '../../src/providers/deepgram/deepgram-vendor.ts';
import type { Synthesizer } from '../../src/providers/synthesizer.ts';
import type { Transcriber } from '../../src/providers/transcriber.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';
import { defineTranscriberCases } from './transcriber-conformance.ts';

defineTranscriberCases(subjectOf<Transcriber>(deepgramVendor, 'transcriber', 'deepgram-nova'));
defineTranscriberCases(subjectOf<Transcriber>(deepgramVendor, 'transcriber', 'deepgram-flux'));
defineSynthesizerCases(subjectOf<Synthesizer>(deepgramVendor, 'synthesizer', 'deepgram-aura'));
