/** The settings of a relay whose load is a bench's: it sends more than a person may. */
export const UNLIMITED: Readonly<Record<string, string>> = {
  ADDRESS_LIMITS: 'off',
  PLANS: JSON.stringify({
    plans: {
      guest: {
        concurrent_sessions: null,
        sessions_per_hour: null,
        control_messages_per_minute: null,
        turns_per_minute: null,
        open_tickets: null,
        session_usd: null,
        day_usd: null,
      },
    },
    instance: { day_usd: null, guests_day_usd: null },
  }),
};
