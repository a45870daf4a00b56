import { anthropicVendor } from '../../src/providers/anthropic/anthropic-vendor.ts';
import type { Generator } from '../../src/providers/generator.ts';
import { googleVendor } from '../../src/providers/google/google-vendor.ts';
import { groqVendor } from '../../src/providers/groq/groq-vendor.ts';
import { compatibleVendor, openAiVendor } from '../../src/providers/openai/openai-vendor.ts';
import { defineGeneratorCases } from './generator-conformance.ts';
import { subjectOf } from './subject.ts';

for (const vendor of [anthropicVendor, googleVendor, groqVendor, openAiVendor, compatibleVendor]) {
  defineGeneratorCases(subjectOf<Generator>(vendor, 'generator', vendor.id));
}
