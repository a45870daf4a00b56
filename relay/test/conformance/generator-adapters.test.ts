import type { Generator } from '../../src/providers/generator.ts';
import { groqVendor } from '../../src/providers/groq/groq-vendor.ts';
import { defineGeneratorCases } from './generator-conformance.ts';
import { subjectOf } from './subject.ts';

defineGeneratorCases(subjectOf<Generator>(groqVendor, 'generator', 'groq'));
