import { cartesiaVendor } from '../../src/providers/vendors/cartesia/cartesia-vendor.ts';
import type { Synthesizer } from '../../src/call/stages/synthesizer/synthesizer.ts';
import { defineFaults } from './faults.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';

defineFaults([
  defineSynthesizerCases(subjectOf<Synthesizer>(cartesiaVendor, 'synthesizer', 'cartesia')),
]);
