import { browserVendor } from '../vendors/browser/browser-vendor.ts';
import { cartesiaVendor } from '../vendors/cartesia/cartesia-vendor.ts';
import { deepgramVendor } from '../vendors/deepgram/deepgram-vendor.ts';
import { elevenLabsVendor } from '../vendors/elevenlabs/elevenlabs-vendor.ts';
import { embeddedVendor } from '../embedded/embedded-vendor.ts';
import {
  anthropicVendor,
  googleVendor,
  groqVendor,
} from '../vendors/language-models/language-model-vendors.ts';
import { compatibleVendors, openAiVendor } from '../vendors/openai/openai-vendor.ts';
import type { KnownVendor } from '../vendor-kit/vendor.ts';

/**
 * All vendors, in their order of preference if the settings name no other. A new vendor is a folder
 * and a line here.
 */
export const VENDORS: readonly KnownVendor[] = [
  deepgramVendor,
  cartesiaVendor,
  elevenLabsVendor,
  anthropicVendor,
  openAiVendor,
  googleVendor,
  groqVendor,
  ...compatibleVendors,
  embeddedVendor,
  browserVendor,
];
