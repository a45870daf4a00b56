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
import { compatibleVendor, openAiVendor } from '../vendors/openai/openai-vendor.ts';
import type { KnownVendor } from '../vendor-kit/vendor.ts';

/**
 * Everyone Parley can work with, in the order in which they are preferred where nobody says
 * otherwise. A new vendor is a folder and a line here.
 */
export const VENDORS: readonly KnownVendor[] = [
  deepgramVendor,
  cartesiaVendor,
  elevenLabsVendor,
  anthropicVendor,
  openAiVendor,
  googleVendor,
  groqVendor,
  compatibleVendor,
  embeddedVendor,
  browserVendor,
];
