import type { Generator } from '../../src/call/stages/generator/generator.ts';
import {
  anthropicVendor,
  googleVendor,
  groqVendor,
} from '../../src/providers/vendors/language-models/language-model-vendors.ts';
import {
  compatibleVendor,
  openAiVendor,
} from '../../src/providers/vendors/openai/openai-vendor.ts';
import { defineFaults } from './faults.ts';
import { defineGeneratorCases } from './generator-conformance.ts';
import { subjectOf } from './subject.ts';

const VENDORS = [anthropicVendor, googleVendor, groqVendor, openAiVendor, compatibleVendor];

defineFaults([
  ...VENDORS.map((vendor) =>
    defineGeneratorCases(subjectOf<Generator>(vendor, 'generator', vendor.id)),
  ),
  defineGeneratorCases(
    subjectOf<Generator>(openAiVendor, 'generator', 'openai', { OPENAI_CHAT_API: 'responses' }),
  ),
]);
