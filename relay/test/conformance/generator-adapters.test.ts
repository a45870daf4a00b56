import type { Generator } from '../../src/stages/generator.ts';
import {
  anthropicVendor,
  googleVendor,
  groqVendor,
} from '../../src/vendors/language-models/language-model-vendors.ts';
import { compatibleVendor, openAiVendor } from '../../src/vendors/openai/openai-vendor.ts';
import { defineGeneratorCases } from './generator-conformance.ts';
import { subjectOf } from './subject.ts';

for (const vendor of [anthropicVendor, googleVendor, groqVendor, openAiVendor, compatibleVendor]) {
  defineGeneratorCases(subjectOf<Generator>(vendor, 'generator', vendor.id));
}
