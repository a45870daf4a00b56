import type { ConversationDetail, StoredTurn, UsageResponse } from '@parley/shared';
import type { ScriptedAccountApi } from './scripted-account-api.ts';

const DAY_MS = 86_400_000;
const MARKS = [0, 480, 500, 620, 790, 830, 960, 1_010, 1_090];
const NAMES = [
  'speech_end',
  'end_sent',
  'end_received',
  'asr_final',
  'llm_first_token',
  'first_clause',
  'tts_first_audio',
  'audio_received',
  'audio_heard',
] as const;

export function storedTurn(id: string, change: Partial<StoredTurn> = {}): StoredTurn {
  const startMs = 12_000;
  return {
    id,
    session_id: 'sess_1',
    at: new Date().toISOString(),
    trigger: 'speech',
    user_text: 'what is seven times eight',
    reply_text: 'Seven times eight is fifty six.',
    unheard_text: null,
    was_interrupted: false,
    timeline: Object.fromEntries(NAMES.map((name, index) => [name, startMs + MARKS[index]!])),
    offset_ms: startMs,
    providers: {
      transcriber: 'deepgram-nova',
      generator: 'openai-compatible',
      synthesizer: 'cartesia-sonic',
    },
    error: null,
    cost_usd: 0.0031,
    ...change,
  };
}

/** @param daysAgo - when it was */
export function keptConversation(
  id: string,
  title: string,
  daysAgo: number,
  change: Partial<ConversationDetail> = {},
): ConversationDetail {
  const at = new Date(Date.now() - daysAgo * DAY_MS - 60_000).toISOString();
  const session = {
    id: 'sess_1',
    started_at: at,
    ended_at: at,
    duration_s: 192,
    close_reason: 'hang_up',
    client: 'Chrome on Linux',
    cost_usd: 0.0412,
    has_recording: false,
  };
  return {
    id,
    title,
    started_at: at,
    updated_at: at,
    duration_s: 192,
    cost_usd: 0.0412,
    is_live: false,
    has_recording: false,
    sessions: [session],
    turns: [storedTurn(`${id}_1`)],
    ...change,
  };
}

const OCTOPUSES = keptConversation('conv_octopus', 'Tell me something about octopuses', 0, {
  has_recording: true,
  turns: [
    storedTurn('turn_1', {
      user_text: 'tell me something about octopuses',
      reply_text: 'An octopus has eight arms, and each of them can taste what it touches.',
      offset_ms: 4_000,
    }),
    storedTurn('turn_2', {
      user_text: 'how many hearts do they have',
      reply_text: 'Octopuses have three hearts. Two of them pump blood',
      unheard_text: 'through the gills, and the third sends it around the body.',
      was_interrupted: true,
      offset_ms: 21_000,
    }),
    storedTurn('turn_3', {
      user_text: 'and which of them stops',
      reply_text: null,
      error: 'generator_timeout',
      timeline: {},
      offset_ms: 33_000,
      cost_usd: 0,
    }),
    storedTurn('turn_4', {
      trigger: 'timer',
      user_text: null,
      reply_text: 'Your tea has had three minutes.',
      timeline: {},
      offset_ms: 184_000,
      cost_usd: 0.0002,
    }),
  ],
});

export function manyConversations(): ConversationDetail[] {
  return [
    keptConversation('conv_live', 'What time is it in Tokyo?', 0, { is_live: true }),
    OCTOPUSES,
    keptConversation(
      'conv_long',
      'A title that goes on and on, because the first sentence of this conversation did so too',
      1,
      { duration_s: 5_400, cost_usd: 1.2 },
    ),
    ...Array.from({ length: 8 }, (_, index) =>
      keptConversation(`conv_${index}`, `Conversation number ${index + 1}`, 2 + index, {
        cost_usd: 0,
      }),
    ),
  ];
}

export function someUsage(change: Partial<UsageResponse> = {}): UsageResponse {
  const day = (ago: number) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10);
  const none = { audio_s: 0, input_tokens: 0, output_tokens: 0, characters: 0 };
  const rows = Array.from({ length: 30 }, (_, ago) => {
    const share = 0.15 + Math.abs(Math.sin(ago * 1.7));
    return ago % 6 === 4
      ? []
      : ([
          {
            ...none,
            day: day(ago),
            stage: 'transcriber',
            provider: 'deepgram-nova',
            audio_s: 300 * share,
            cost_usd: 0.02 * share,
          },
          {
            ...none,
            day: day(ago),
            stage: 'generator',
            provider: 'openai-compatible',
            input_tokens: Math.round(9_000 * share),
            output_tokens: Math.round(800 * share),
            cost_usd: 0.06 * share,
          },
          {
            ...none,
            day: day(ago),
            stage: 'synthesizer',
            provider: 'cartesia-sonic',
            characters: Math.round(3_100 * share),
            cost_usd: 0.11 * share,
          },
        ] as const);
  }).flat();
  return {
    from: day(29),
    to: day(0),
    rows,
    limits: {
      concurrent_sessions: 3,
      sessions_per_hour: 60,
      session_duration_s: 1_800,
      session_usd: 5,
      day_usd: 5,
    },
    spent_today_usd: 0.42,
    day_left_usd: 4.58,
    day_ends_at: new Date(Date.now() + 5 * 3_600_000).toISOString(),
    ...change,
  };
}

export function scriptedAccount(change: Partial<ScriptedAccountApi> = {}): ScriptedAccountApi {
  const startedAt = new Date(Date.now() - 400_000).toISOString();
  return {
    conversations: manyConversations(),
    usage: someUsage(),
    sessions: [
      {
        session_id: 'session-1',
        conversation_id: 'conv_live',
        started_at: startedAt,
        client: 'Chrome on Linux',
        is_connected: true,
      },
      {
        session_id: 'sess_phone',
        conversation_id: 'conv_octopus',
        started_at: startedAt,
        client: 'Safari on iPhone',
        is_connected: false,
      },
    ],
    refusal: null,
    asked: [],
    ...change,
  };
}
