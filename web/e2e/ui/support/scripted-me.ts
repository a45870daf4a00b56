import type { Me } from '@parley/shared';

/** A guest of a relay that keeps what is said and can record calls. */
export const ME: Me = {
  user_id: 'guest_1',
  kind: 'guest',
  role: 'user',
  plan: 'guest',
  limits: {
    concurrent_sessions: 3,
    sessions_per_hour: 60,
    session_duration_s: 1_800,
    session_usd: 5,
    day_usd: null,
  },
  day_left_usd: null,
  day_ends_at: '2026-11-23T00:00:00.000Z',
  storage: { transcripts: 'on', retention_days: 30, recording: true },
};
