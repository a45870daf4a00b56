import { anthropicVendor } from './anthropic/anthropic-vendor.ts';
import { browserVendor } from './browser/browser-vendor.ts';
import { cartesiaVendor } from './cartesia/cartesia-vendor.ts';
import { deepgramVendor } from './deepgram/deepgram-vendor.ts';
import { elevenLabsVendor } from './elevenlabs/elevenlabs-vendor.ts';
import { embeddedVendor } from './embedded/embedded-vendor.ts';
import { googleVendor } from './google/google-vendor.ts';
import { groqVendor } from './groq/groq-vendor.ts';
import { compatibleVendor, openAiVendor } from './openai/openai-vendor.ts';
import type { KnownVendor } from './vendor.ts';

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
