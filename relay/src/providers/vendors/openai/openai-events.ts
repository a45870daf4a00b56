import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import type { ProviderFault } from '../../../call/stages/provider-error.ts';
import { hasWords } from '../../../call/stages/transcriber/transcriber.ts';

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

const segment = z.object({
  text: z.string(),
  no_speech_prob: z.number().nullish(),
  avg_logprob: z.number().nullish(),
});
/** Servers that imitate the API have segments of many forms, or none. */
const transcription = z.object({ text: z.string(), segments: z.array(segment).catch([]) });
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

/** From here on Whisper takes a segment for silence, if it is not sure of the words either. */
const NO_SPEECH_PROBABILITY = 0.6;
const UNSURE_LOGPROB = -1;
/**
 * What Whisper is sure to have heard in noise, since its training data end so. People say some of
 * it as well: it is dropped only if the server says that there was probably no speech.
 */
const INVENTIONS =
  /^[^\p{L}]*(?:you|bye(?:[ -]bye)?|(?:thank you|thanks)(?: (?:so|very) much)?(?: for (?:watching|listening|viewing))?|to be continued)[^\p{L}]*$|amara\.org|subtitles? by|subscribe|untertitel|sous-titr|subtítulos|legendas|sottotitoli|字幕|ご視聴|[谢謝感][谢謝](?:您的)?(?:观看|觀看)|시청해|субтитры|продолжение следует|telah menonton|abone ol/iu;

function isSilent({ text, no_speech_prob, avg_logprob }: z.infer<typeof segment>): boolean {
  if ((no_speech_prob ?? 0) <= NO_SPEECH_PROBABILITY) return false;
  return (avg_logprob ?? 0) < UNSURE_LOGPROB || INVENTIONS.test(text);
}

/** Reads the whole answer of `/audio/transcriptions`, asked for as JSON. Never throws. */
export function readTranscription(text: string): TranscriptionEvent {
  return completedBy(parseJson(text));
}

function completedBy(event: unknown): TranscriptionEvent {
  const { data } = transcription.safeParse(event);
  if (data === undefined) return { type: 'malformed' };
  const spoken = data.segments.filter((each) => !isSilent(each));
  const isWhole = spoken.length === data.segments.length;
  const words = isWhole ? data.text : spoken.map(({ text }) => text.trim()).join(' ');
  return { type: 'words-completed', text: hasWords(words) ? words : '' };
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
