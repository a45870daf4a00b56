import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import { failureOf, problem, typed, type SessionFailure } from './openai-events.ts';

const tokens = z.number().int().min(0);
/** Of a response; what cannot be read is estimated, and does not fail it. */
const usage = z
  .object({
    input_tokens: tokens,
    input_token_details: z.object({ cached_tokens: tokens.nullish() }).nullish(),
    output_tokens: tokens,
  })
  .transform((told) => ({
    inputTokens: told.input_tokens,
    ...(told.input_token_details?.cached_tokens
      ? { cachedInputTokens: told.input_token_details.cached_tokens }
      : {}),
    outputTokens: told.output_tokens,
  }))
  .optional()
  .catch(undefined);

const responseId = z.object({ response_id: z.string() });

/** Of the Realtime API's server events those by which a voice is heard. */
const schemas = {
  'response.created': z
    .object({
      response: z.object({
        id: z.string(),
        metadata: z.object({ clause: z.string() }).nullish(),
      }),
    })
    .transform(
      ({ response }) =>
        ({
          type: 'response-begun',
          responseId: response.id,
          clause: response.metadata?.clause,
        }) as const,
    ),
  'response.output_audio.delta': responseId
    .extend({ delta: z.string() })
    .transform(
      ({ response_id: id, delta }) => ({ type: 'audio', responseId: id, base64: delta }) as const,
    ),
  'response.output_audio_transcript.done': responseId
    .extend({ transcript: z.string() })
    .transform(
      ({ response_id: id, transcript }) =>
        ({ type: 'words-read', responseId: id, text: transcript }) as const,
    ),
  'response.done': z
    .object({
      response: z.object({
        id: z.string(),
        status: z.enum(['completed', 'cancelled', 'failed', 'incomplete', 'in_progress']),
        status_details: z
          .object({ reason: z.string().nullish(), error: problem.nullish() })
          .nullish(),
        usage,
      }),
    })
    .transform(({ response: { id, status, status_details: details, usage: used } }) => ({
      type: 'response-ended' as const,
      responseId: id,
      isWhole: status === 'completed',
      usage: used,
      failure: failureOf({ type: details?.reason ?? status, ...details?.error }),
    })),
  error: z.object({ error: problem }).transform((event) => failureOf(event.error)),
} as const;

export type RealtimeVoiceEvent =
  | z.output<(typeof schemas)[keyof typeof schemas]>
  | SessionFailure
  /** An event that is not used. */
  | { readonly type: 'other' }
  | { readonly type: 'malformed' };

/** Reads a server event of a session that speaks. Never throws. */
export function readRealtimeVoiceEvent(text: string): RealtimeVoiceEvent {
  const event = typed.safeParse(parseJson(text)).data;
  if (event === undefined) return { type: 'malformed' };
  if (!Object.hasOwn(schemas, event.type)) return { type: 'other' };
  const result = schemas[event.type as keyof typeof schemas].safeParse(event);
  return result.success ? result.data : { type: 'malformed' };
}
