import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import type { ProviderFault } from '../../../call/stages/provider-error.ts';

/** What realtime Scribe says, in our words. */
export type ScribeEvent =
  | { readonly type: 'started' }
  | { readonly type: 'partial'; readonly text: string }
  | { readonly type: 'committed'; readonly text: string }
  /** A commit came too soon after the one before; the session ends with it. */
  | { readonly type: 'throttled' }
  | { readonly type: 'failed'; readonly fault: ProviderFault; readonly note: string }
  | { readonly type: 'ignored' };

/** What the text-to-speech socket says of one context. */
export type ElevenLabsVoiceEvent =
  | {
      readonly type: 'spoken';
      readonly contextId: string;
      /** Base64. */
      readonly audio: string | undefined;
      readonly characters: TimedCharacters | undefined;
      readonly isFinal: boolean;
    }
  | { readonly type: 'failed'; readonly fault: ProviderFault; readonly note: string }
  | { readonly type: 'ignored' };

/** Characters and their times in ms from the start of the audio they came with. */
export interface TimedCharacters {
  readonly chars: readonly string[];
  readonly startsMs: readonly number[];
  readonly durationsMs: readonly number[];
}

const MALFORMED = { type: 'failed', fault: 'malformed', note: 'message' } as const;

/** By `message_type`; https://elevenlabs.io/docs/api-reference/speech-to-text/v-1-speech-to-text-realtime */
const SCRIBE_FAULTS: Readonly<Record<string, ProviderFault>> = {
  error: 'overloaded',
  auth_error: 'unauthorized',
  quota_exceeded: 'rejected',
  transcriber_error: 'overloaded',
  unaccepted_terms: 'rejected',
  rate_limited: 'rate-limited',
  input_error: 'rejected',
  invalid_request: 'rejected',
  queue_overflow: 'overloaded',
  resource_exhausted: 'overloaded',
  session_time_limit_exceeded: 'closed',
  chunk_size_exceeded: 'rejected',
  insufficient_audio_activity: 'closed',
};

/** By the `error` of a message; what is not here is a refusal of what we asked for. */
const VOICE_FAULTS: Readonly<Record<string, ProviderFault>> = {
  invalid_api_key: 'unauthorized',
  missing_permissions: 'unauthorized',
  unauthorized: 'unauthorized',
  authorization_error: 'unauthorized',
  rate_limit_exceeded: 'rate-limited',
  too_many_concurrent_requests: 'rate-limited',
  concurrent_limit_exceeded: 'rate-limited',
  max_active_conversations: 'rate-limited',
  system_busy: 'overloaded',
  internal_error: 'overloaded',
  internal_server_error: 'overloaded',
  input_timeout_exceeded: 'closed',
};

const scribeMessage = z.object({ message_type: z.string(), text: z.string().optional() });

const alignment = z.object({
  chars: z.array(z.string()),
  charStartTimesMs: z.array(z.number()),
  charDurationsMs: z.array(z.number()),
});

const voiceMessage = z.object({
  contextId: z.string().optional(),
  audio: z.string().nullish(),
  isFinal: z.boolean().nullish(),
  alignment: alignment.nullish(),
  normalizedAlignment: alignment.nullish(),
  error: z.string().optional(),
});

export function readScribeEvent(message: string): ScribeEvent {
  const { success, data } = scribeMessage.safeParse(parseJson(message));
  if (!success) return MALFORMED;
  const { message_type: type, text } = data;
  switch (type) {
    case 'session_started':
      return { type: 'started' };
    case 'partial_transcript':
      return text === undefined ? MALFORMED : { type: 'partial', text };
    case 'committed_transcript':
      return text === undefined ? MALFORMED : { type: 'committed', text };
    case 'commit_throttled':
      return { type: 'throttled' };
    default: {
      // `committed_transcript_with_timestamps`, which may come unasked, repeats what was said.
      const fault = SCRIBE_FAULTS[type];
      return fault === undefined ? { type: 'ignored' } : { type: 'failed', fault, note: type };
    }
  }
}

export function readVoiceEvent(message: string): ElevenLabsVoiceEvent {
  const { success, data } = voiceMessage.safeParse(parseJson(message));
  if (!success) return MALFORMED;
  if (data.error !== undefined) {
    const note = /^[a-z_]{1,60}$/.test(data.error) ? data.error : 'error';
    return { type: 'failed', fault: VOICE_FAULTS[note] ?? 'rejected', note };
  }
  if (data.contextId === undefined) return { type: 'ignored' };
  const timed = data.alignment ?? data.normalizedAlignment;
  return {
    type: 'spoken',
    contextId: data.contextId,
    audio: data.audio ?? undefined,
    characters:
      timed === null || timed === undefined
        ? undefined
        : {
            chars: timed.chars,
            startsMs: timed.charStartTimesMs,
            durationsMs: timed.charDurationsMs,
          },
    isFinal: data.isFinal === true,
  };
}
