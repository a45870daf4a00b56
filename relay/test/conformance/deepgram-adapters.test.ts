import { deepgramVendor } from '../../src/providers/vendors/deepgram/deepgram-vendor.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import { defineFaults } from './faults.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';
import { defineTranscriberCases } from './transcriber-conformance.ts';

defineFaults([
  defineTranscriberCases(subjectOf<Transcriber>(deepgramVendor, 'transcriber', 'deepgram-nova')),
  defineTranscriberCases(subjectOf<Transcriber>(deepgramVendor, 'transcriber', 'deepgram-flux')),
  defineSynthesizerCases(subjectOf<Synthesizer>(deepgramVendor, 'synthesizer', 'deepgram-aura')),
  defineSynthesizerCases(
    subjectOf<Synthesizer>(deepgramVendor, 'synthesizer', 'deepgram-flux-voice', {
      DEEPGRAM_VOICES: 'flux-haley-en',
    }),
  ),
]);
