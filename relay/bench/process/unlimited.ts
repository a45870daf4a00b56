const COUNTS = {
  concurrent_sessions: null,
  sessions_per_hour: null,
  control_messages_per_minute: null,
  turns_per_minute: null,
  open_tickets: null,
};

/** The settings of a relay whose load is a bench's: it sends more than a person may. */
export const UNLIMITED: Readonly<Record<string, string>> = {
  ADDRESS_LIMITS: 'off',
  PLANS: JSON.stringify({
    plans: { guest: { ...COUNTS, session_usd: null, day_usd: null } },
    instance: { day_usd: null, guests_day_usd: null },
  }),
};

/** As `UNLIMITED`, but with budgets that no one reaches, for a model on this machine with a price. */
export const AMPLE_BUDGETS: Readonly<Record<string, string>> = {
  ...UNLIMITED,
  PLANS: JSON.stringify({
    plans: { guest: { ...COUNTS, session_usd: 100, day_usd: 100 } },
    instance: { day_usd: 100_000, guests_day_usd: 100_000 },
  }),
  PRICES: JSON.stringify([
    { provider: 'compatible', usd: { million_input_tokens: 1, million_output_tokens: 10 } },
  ]),
};
