import { APOLOGY_SENTENCES, EARLIER_I_SAID } from './apologies.ts';
import { clausesOf } from './clauses.ts';
import { FILLER_SENTENCES } from './fill.ts';

/** Said when a budget is used up, before the call ends. */
export const GOODBYE_SENTENCE =
  'I have to say goodbye now: the budget for this call is used up. Thank you for talking with me.';

/**
 * Everything the relay says in words of its own, cut as it is handed to a synthesizer: what is
 * worth having ready for when none works.
 */
export const FIXED_CLAUSES: readonly string[] = [
  ...new Set(
    [GOODBYE_SENTENCE, ...APOLOGY_SENTENCES, ...FILLER_SENTENCES, EARLIER_I_SAID].flatMap(
      clausesOf,
    ),
  ),
];
