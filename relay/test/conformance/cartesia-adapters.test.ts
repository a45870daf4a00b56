import { cartesiaVendor } from '../../src/providers/cartesia/cartesia-vendor.ts';
import type { Synthesizer } from '../../src/providers/synthesizer.ts';
import { subjectOf } from './subject.ts';
import { defineSynthesizerCases } from './synthesizer-conformance.ts';

defineSynthesizerCases(subjectOf<Synthesizer>(cartesiaVendor, 'synthesizer', 'cartesia'));
