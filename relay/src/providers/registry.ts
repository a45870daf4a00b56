import type { KnownVendor } from './vendor.ts';

/** Everyone Parley can work with. A new vendor is a folder and a line here. */
export const VENDORS: readonly KnownVendor[] = [];
