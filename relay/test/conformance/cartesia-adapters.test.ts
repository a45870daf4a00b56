import { cartesiaVendor } from '../../src/vendors/cartesia/cartesia-vendor.ts';
import type { Synthesizer } from '../../src/stages/synthesizer.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';

defineSynthesizerCases(subjectOf<Synthesizer>(cartesiaVendor, 'synthesizer', 'cartesia'));
