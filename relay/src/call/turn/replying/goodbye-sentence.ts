/** Said when a budget is used up, before the call ends. */
export const GOODBYE_SENTENCE =
  'I have to say goodbye now: the budget for this call is used up. Thank you for talking with me.';
