import { anthropicVendor } from '../../src/vendors/anthropic/anthropic-vendor.ts';
import type { Generator } from '../../src/stages/generator.ts';
import { googleVendor } from '../../src/vendors/google/google-vendor.ts';
import { groqVendor } from '../../src/vendors/groq/groq-vendor.ts';
import { compatibleVendor, openAiVendor } from '../../src/vendors/openai/openai-vendor.ts';
import { defineGeneratorCases } from './generator-conformance.ts';
import { subjectOf } from './subject.ts';

for (const vendor of [anthropicVendor, googleVendor, groqVendor, openAiVendor, compatibleVendor]) {
  defineGeneratorCases(subjectOf<Generator>(vendor, 'generator', vendor.id));
}
