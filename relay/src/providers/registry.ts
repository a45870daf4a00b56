import { browserVendor } from './browser/browser-vendor.ts';
import { embeddedVendor } from './embedded/embedded-vendor.ts';
import type { KnownVendor } from './vendor.ts';

/**
 * Everyone Parley can work with, in the order in which they are preferred where nobody says
 * otherwise. A new vendor is a folder and a line here.
 */
export const VENDORS: readonly KnownVendor[] = [embeddedVendor, browserVendor];
