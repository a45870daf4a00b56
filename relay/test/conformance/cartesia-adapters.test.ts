import { cartesiaVendor } from '../../src/vendors/cartesia/cartesia-vendor.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';
import { defineFaults } from './faults.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';

defineFaults([
  defineSynthesizerCases(subjectOf<Synthesizer>(cartesiaVendor, 'synthesizer', 'cartesia')),
]);
