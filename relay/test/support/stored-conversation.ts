import type { ConversationDetail, StoredTurn } from '@parley/shared';

/** A turn with nothing in it but what is given. */
export function storedTurn(change: Partial<StoredTurn> = {}): StoredTurn {
  return {
    id: 'turn_1',
    session_id: 'sess_1',
    at: '2026-11-22T10:00:05.000Z',
    trigger: 'speech',
    user_text: null,
    reply_text: null,
    unheard_text: null,
    was_interrupted: false,
    timeline: {},
    offset_ms: 0,
    providers: {},
    error: null,
    cost_usd: 0,
    ...change,
  };
}

/** A conversation of one call of a minute, with one turn. */
export function storedConversation(change: Partial<ConversationDetail> = {}): ConversationDetail {
  const instant = '2026-11-22T10:00:00.000Z';
  return {
    id: 'conv_1',
    title: 'What time is it',
    started_at: instant,
    updated_at: '2026-11-22T10:01:00.000Z',
    duration_s: 60,
    cost_usd: 0,
    is_live: false,
    has_recording: false,
    sessions: [
      {
        id: 'sess_1',
        started_at: instant,
        ended_at: '2026-11-22T10:01:00.000Z',
        duration_s: 60,
        close_reason: 'normal',
        client: 'Chrome on Linux',
        cost_usd: 0,
        has_recording: false,
      },
    ],
    turns: [storedTurn({ user_text: 'what time is it', reply_text: 'It is four.' })],
    ...change,
  };
}
