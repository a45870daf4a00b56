import {
  compatibleVendor,
  openAiVendor,
} from '../../src/providers/vendors/openai/openai-vendor.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import type { Transcriber } from '../../src/call/stages/transcriber/transcriber.ts';
import { defineFaults } from './faults.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';
import { defineTranscriberCases } from './transcriber-conformance.ts';

defineFaults([
  defineTranscriberCases(subjectOf<Transcriber>(openAiVendor, 'transcriber', 'openai-realtime')),
  defineTranscriberCases(subjectOf<Transcriber>(openAiVendor, 'transcriber', 'openai'), {
    answersInPieces: false,
    streamsAudio: false,
  }),
  defineSynthesizerCases(subjectOf<Synthesizer>(openAiVendor, 'synthesizer', 'openai')),
  defineSynthesizerCases(subjectOf<Synthesizer>(openAiVendor, 'synthesizer', 'openai-realtime')),

  // Servers like it keep whole recordings too, and have voices of their own.
  defineTranscriberCases(subjectOf<Transcriber>(compatibleVendor, 'transcriber', 'compatible'), {
    answersInPieces: false,
    streamsAudio: false,
  }),
  defineSynthesizerCases(subjectOf<Synthesizer>(compatibleVendor, 'synthesizer', 'compatible')),
]);
