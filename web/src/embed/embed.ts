import { defineParleyCall } from './parley-call.ts';

/** The script's own address says where the relay is. A module, or a bundle, does not know it. */
const own =
  document.currentScript ??
  document.querySelector('script[src$="/embed.js"], script[src="embed.js"]');
const source = own instanceof HTMLScriptElement ? own.src : '';
if (source === '') {
  // oxlint-disable-next-line no-console -- for those who make the page
  console.error('Parley: embed.js must be loaded from its relay by a <script src> of its own.');
} else defineParleyCall(new URL('.', source).href);
