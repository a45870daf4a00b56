import type { SessionDescription, SessionLimits } from '../protocol/relay-events.ts';

/** Generous limits, for tests that are about something else. */
export const TEST_LIMITS: SessionLimits = {
  session_duration_ms: 600_000,
  idle_ms: 600_000,
  utterance_ms: 60_000,
  resume_window_ms: 60_000,
  heartbeat_ms: 15_000,
};

/** A session as a relay describes it, for tests. */
export const TEST_SESSION: SessionDescription = {
  id: 'session',
  voice: 'test',
  voices: [{ id: 'test', label: 'Test' }],
  time_zone: 'UTC',
  output_modalities: ['audio', 'text'],
  providers: { transcriber: 'test', generator: 'test', synthesizer: 'test' },
  limits: TEST_LIMITS,
};
