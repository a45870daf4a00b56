import type { Stage } from '../src/stages/provider.ts';

/** One provider's line. */
export interface Finding {
  readonly stage: Stage;
  readonly provider: string;
  /** Its place in the order of those in use, from 1; null where it is not in use. */
  readonly place: number | null;
  readonly configured: boolean;
  /** null where it was not tried. */
  readonly reachable: boolean | null;
  readonly works: boolean | null;
  readonly first_byte_ms: number | null;
  readonly detail: string;
  /** null where it is not known. */
  readonly price: string | null;
}
