import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import type { ProviderFault } from '../../../call/stages/provider-error.ts';

export const typed = z.looseObject({ type: z.string() });

/** What the API says of a failure. */
export const openAiProblem = z.object({
  type: z.string().nullish(),
  code: z.string().nullish(),
});

const TRANSCRIPTION = 'conversation.item.input_audio_transcription';

/** Of the Realtime API's server events those that a transcription session lives by. */
const realtimeSchemas = {
  'session.updated': z
    .object({ type: z.literal('session.updated') })
    .transform(() => ({ type: 'session-ready' }) as const),
  'input_audio_buffer.committed': z
    .object({ item_id: z.string() })
    .transform((event) => ({ type: 'audio-committed', itemId: event.item_id }) as const),
  [`${TRANSCRIPTION}.delta`]: z
    .object({ item_id: z.string(), delta: z.string().nullish() })
    .transform(
      (event) => ({ type: 'words-added', itemId: event.item_id, text: event.delta ?? '' }) as const,
    ),
  [`${TRANSCRIPTION}.completed`]: z
    .object({ item_id: z.string(), transcript: z.string() })
    .transform(
      (event) =>
        ({ type: 'words-completed', itemId: event.item_id, text: event.transcript }) as const,
    ),
  [`${TRANSCRIPTION}.failed`]: z
    .object({ item_id: z.string(), error: openAiProblem })
    .transform((event) =>
      // The person spoke, but the words are not recognisable.
      event.error.code === 'audio_unintelligible'
        ? ({ type: 'words-unplaced', itemId: event.item_id } as const)
        : failureOf(event.error),
    ),
  error: z.object({ error: openAiProblem }).transform((event) => failureOf(event.error)),
} as const;

export type RealtimeEvent =
  | z.output<(typeof realtimeSchemas)[keyof typeof realtimeSchemas]>
  /** An event that is not used. */
  | { readonly type: 'other' }
  | { readonly type: 'malformed' };

/** Reads a server event of the Realtime API. Never throws. */
export function readRealtimeEvent(text: string): RealtimeEvent {
  const event = typed.safeParse(parseJson(text)).data;
  if (event === undefined) return { type: 'malformed' };
  if (!Object.hasOwn(realtimeSchemas, event.type)) return { type: 'other' };
  const result = realtimeSchemas[event.type as keyof typeof realtimeSchemas].safeParse(event);
  return result.success ? result.data : { type: 'malformed' };
}

/** What a transcription of a file says, as one answer or piece by piece. */
export type TranscriptionEvent =
  | { readonly type: 'words-added'; readonly text: string }
  | { readonly type: 'words-completed'; readonly text: string }
  | { readonly type: 'other' }
  | { readonly type: 'malformed' };

const transcription = z.object({ text: z.string() });
const transcriptDelta = z.object({ delta: z.string() });

/** Reads one server-sent event of `/audio/transcriptions`. Never throws. */
export function readTranscriptionEvent(text: string): TranscriptionEvent {
  const event = typed.safeParse(parseJson(text)).data;
  if (event === undefined) return { type: 'malformed' };
  if (event.type === 'transcript.text.delta') {
    const { data } = transcriptDelta.safeParse(event);
    return data === undefined ? { type: 'malformed' } : { type: 'words-added', text: data.delta };
  }
  return event.type === 'transcript.text.done' ? completedBy(event) : { type: 'other' };
}

/**
 * What Whisper and its kind write in place of words when there are none, e.g. `[BLANK_AUDIO]`,
 * `(wind blowing)`, `*coughs*` or `♪`. Passed on, it would be answered like a question.
 */
const NO_WORDS = /^\s*(?:(?:\[[^[\]]*\]|\([^()]*\)|\*[^*]*\*|♪)[\s.]*)+$/u;

/** They are short; nothing longer is looked at. */
const MAX_NO_WORDS_CHARACTERS = 200;

function isWithoutWords(text: string): boolean {
  return text.length <= MAX_NO_WORDS_CHARACTERS && NO_WORDS.test(text);
}

/** Reads the whole answer of `/audio/transcriptions`, asked for as JSON. Never throws. */
export function readTranscription(text: string): TranscriptionEvent {
  return completedBy(parseJson(text));
}

function completedBy(event: unknown): TranscriptionEvent {
  const { data } = transcription.safeParse(event);
  if (data === undefined) return { type: 'malformed' };
  return { type: 'words-completed', text: isWithoutWords(data.text) ? '' : data.text };
}

export interface SessionFailure {
  readonly type: 'session-failed';
  readonly fault: ProviderFault;
  readonly note: string;
}

export function failureOf({ code, type }: z.infer<typeof openAiProblem>): SessionFailure {
  return {
    type: 'session-failed',
    fault: faultOfCode(code ?? '', type ?? ''),
    // The code alone: a message may quote what was said.
    note: (code ?? type ?? '').slice(0, 64),
  };
}

function faultOfCode(code: string, type: string): ProviderFault {
  if (code === 'invalid_api_key' || type === 'authentication_error') return 'unauthorized';
  if (code === 'rate_limit_exceeded' || code === 'insufficient_quota') return 'rate-limited';
  if (code === 'session_expired') return 'closed';
  return type === 'server_error' ? 'overloaded' : 'rejected';
}
