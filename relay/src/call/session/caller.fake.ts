import type { SessionOptions } from './session-options.ts';

/** A caller for tests that are about something else. */
export const TEST_CALLER = {
  conversationId: 'conv_1',
  client: 'test',
  identity: {
    userId: 'guest_1',
    kind: 'guest',
    role: 'user',
    plan: 'guest',
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  },
} as const satisfies Pick<SessionOptions, 'conversationId' | 'identity' | 'client'>;

/** How a call begins, in tests that are about something else. */
export function testSettings(): SessionOptions['settings'] {
  return {
    voice: 'one',
    language: 'en-US',
    timeZone: 'UTC',
    isSpoken: true,
    eagerness: 'medium',
  };
}
