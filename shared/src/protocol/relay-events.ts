// Not all of `zod`: the page loads its checks before a call can begin.
import { z } from 'zod/mini';
import { AUDIO_CODECS } from './audio-frame.ts';
import { decodeEvent, type EventResult } from './decode-event.ts';
import { ERROR_CODES } from './errors.ts';
import { latencyMarksSchema } from './latency.ts';
import { EAGERNESS, END_OF_TURN_REASONS } from './turn-detection.ts';
import { STAGES } from './stages.ts';

const identifier = z.string().check(z.minLength(1));
const uint16 = z.int().check(z.gte(0), z.lte(0xffff));
const instantMs = z.number().check(z.gte(0));
const errorCode = z.enum(ERROR_CODES);
const endOfTurnReason = z.enum(END_OF_TURN_REASONS);
const problem = z.object({ code: errorCode, message: z.string(), retryable: z.boolean() });

/** Every relay event has its place in the downlink sequence, which audio frames share. */
function event<T extends string, Fields extends z.core.$ZodShape>(type: T, fields: Fields) {
  return z.object({ type: z.literal(type), seq: z.int().check(z.gte(1)), ...fields });
}

export const limitsSchema = z.object({
  session_duration_ms: z.number(),
  idle_ms: z.number(),
  utterance_ms: z.number(),
  resume_window_ms: z.number(),
  heartbeat_ms: z.number(),
});
export type SessionLimits = z.infer<typeof limitsSchema>;

export const providerNamesSchema = z.object({
  transcriber: z.string(),
  generator: z.string(),
  synthesizer: z.string(),
});

/** The voices there are; `label` is for people. */
export const voicesSchema = z.array(z.object({ id: z.string(), label: z.string() }));
export const speedsSchema = z.object({ min: z.number(), max: z.number() });
/** BCP 47; the first is that of calls which choose none. */
export const languagesSchema = z.array(z.string());

const sessionDescriptionSchema = z.object({
  id: identifier,
  voice: z.string(),
  voices: voicesSchema,
  /** A factor of the voice's own pace, and what may be chosen; absent if the voice has one pace. */
  speed: z.optional(z.number()),
  speeds: z.optional(speedsSchema),
  /** What the person speaks and is answered in, and what may be chosen; absent in older relays. */
  language: z.optional(z.string()),
  languages: z.optional(languagesSchema),
  time_zone: z.string(),
  output_modalities: z.array(z.enum(['audio', 'text'])),
  /** In which speech may be sent, and the voice be asked for; absent in older relays: PCM16 alone. */
  audio_codecs: z.optional(z.array(z.enum(AUDIO_CODECS))),
  /** The call is being recorded; absent in relays that record none. */
  recording: z.optional(z.boolean()),
  /** Absent in relays that leave the end of each turn to the client. */
  turn_detection: z.optional(
    z.object({
      eagerness: z.enum(EAGERNESS),
      /** `false`: only `response.create` brings a response. Absent otherwise. */
      create_response: z.optional(z.boolean()),
    }),
  ),
  /** The page's language model is asked; absent if the relay has one of its own. */
  page_model: z.optional(z.boolean()),
  /** The page recognises speech; absent if the relay's own recogniser knows all words. */
  page_recogniser: z.optional(z.boolean()),
  providers: providerNamesSchema,
  limits: limitsSchema,
});
export type SessionDescription = z.infer<typeof sessionDescriptionSchema>;

const usageSchema = z.object({
  asr_seconds: z.number(),
  llm_input_tokens: z.number(),
  llm_output_tokens: z.number(),
  tts_characters: z.number(),
  llm_tokens_estimated: z.optional(z.boolean()),
});
export type Usage = z.infer<typeof usageSchema>;

export const relayEventSchemas = {
  'session.created': event('session.created', {
    session: sessionDescriptionSchema,
    /** The session clock at sending. */
    server_ms: instantMs,
  }),
  'session.updated': event('session.updated', {
    session: sessionDescriptionSchema,
  }),
  'session.resumed': event('session.resumed', {
    session: sessionDescriptionSchema,
    server_ms: instantMs,
    /** The last client sequence number that arrived: send again what came after it. */
    last_input_seq: z.int().check(z.gte(0)),
  }),
  'session.usage': event('session.usage', {
    usage: usageSchema,
    /** Of the session so far. */
    cost_usd: z.number(),
    /** What the session may cost; null: without a limit. */
    budget_usd: z.nullable(z.number()),
    /** A budget of the session, the person or the relay is nearly used up. */
    is_warning: z.boolean(),
  }),
  'session.ending': event('session.ending', {
    reason: z.enum(['duration', 'budget']),
    /** When the relay will end the session. */
    in_ms: z.number().check(z.gte(0)),
  }),
  'session.degraded': event('session.degraded', {
    stage: z.enum(STAGES),
    from: z.string(),
    /** A provider, `browser` if the page itself must take over, `none` if nothing is left. */
    to: z.string(),
    reason: errorCode,
  }),
  'session.restored': event('session.restored', {
    stage: z.enum(STAGES),
    from: z.string(),
    to: z.string(),
  }),
  'session.draining': event('session.draining', {
    /** How long the session may still go on. */
    grace_ms: z.number(),
  }),
  'input_audio_buffer.ack': event('input_audio_buffer.ack', {
    /** Everything the client sent up to and including this sequence number has arrived. */
    input_seq: z.int().check(z.gte(0)),
  }),
  'input_audio_buffer.end_of_turn_predicted': event('input_audio_buffer.end_of_turn_predicted', {
    utterance: uint16,
    /** Probability that the person has finished, 0–1. */
    probability: z.number().check(z.gte(0), z.lte(1)),
    /** Silence after which the turn is taken as over, ms from the true end of speech. */
    delay_ms: z.int().check(z.gte(0), z.lte(60_000)),
    /** What speaks for and against it. */
    reasons: z.array(endOfTurnReason).check(z.maxLength(8)),
  }),
  'input_audio_buffer.committed': event('input_audio_buffer.committed', {
    utterance: uint16,
    /** True end of speech on the session clock. */
    audio_end_ms: z.number().check(z.gte(0)),
  }),
  'conversation.item.input_audio_transcription.delta': event(
    'conversation.item.input_audio_transcription.delta',
    {
      item_id: identifier,
      utterance: uint16,
      /** The words so far; replaces what an earlier delta of this item said. */
      transcript: z.string(),
    },
  ),
  'conversation.item.input_audio_transcription.completed': event(
    'conversation.item.input_audio_transcription.completed',
    {
      item_id: identifier,
      utterance: uint16,
      /** The final words; empty if nothing was understood. */
      transcript: z.string(),
      /** The person spoke, but no words were made out. Absent otherwise. */
      unrecognised: z.optional(z.literal(true)),
      /** `false`: no response follows from this utterance. Absent otherwise. */
      answer_follows: z.optional(z.boolean()),
    },
  ),
  'conversation.item.input_audio_transcription.failed': event(
    'conversation.item.input_audio_transcription.failed',
    {
      item_id: identifier,
      utterance: uint16,
      error: problem,
    },
  ),
  'response.created': event('response.created', {
    response_id: identifier,
    /** The item number this response's audio frames carry. */
    item: uint16,
    trigger: z.enum(['speech', 'text', 'timer', 'request', 'notice']),
    /** The utterance that is answered, if it is speech. */
    utterance: z.nullable(uint16),
    /** How the voice will arrive; null if the reply is in writing only. */
    audio: z.nullable(
      z.object({
        sample_rate: z.int().check(z.gte(8_000), z.lte(48_000)),
        /** Absent: PCM16. */
        codec: z.optional(z.enum(AUDIO_CODECS)),
      }),
    ),
  }),
  'response.interruption_decided': event('response.interruption_decided', {
    response_id: identifier,
    /** The utterance that began while the response was heard. */
    utterance: uint16,
    /** `false`: a backchannel, or no words; the voice continues at the place of the hold. */
    interrupted: z.boolean(),
    /** `false`: the person wants silence ("stop"), and nothing is said. */
    answer_follows: z.optional(z.boolean()),
  }),
  'response.output_audio_transcript.delta': event('response.output_audio_transcript.delta', {
    response_id: identifier,
    delta: z.string(),
    /** Counts from 0 within the response. */
    chunk_index: z.int().check(z.gte(0)),
    /** Whether this is the response's last text. */
    is_complete: z.boolean(),
    /** The session clock at sending. */
    timestamp: instantMs,
    /** Where in the response's audio these words begin, ms; null if they are not spoken. */
    audio_start_ms: z.nullable(z.number().check(z.gte(0))),
    /** The clause that these words belong to, counted from 0; absent without words. */
    clause: z.optional(z.int().check(z.gte(0))),
    /**
     * Where in the clause's text these words begin, characters. Present only if a voice broke off:
     * an earlier delta held these words, and no voice of the relay follows.
     */
    from_character: z.optional(z.int().check(z.gte(0))),
  }),
  'response.output_audio_transcript.timed': event('response.output_audio_transcript.timed', {
    response_id: identifier,
    clause: z.int().check(z.gte(0)),
    /** Where the clause's audio begins in the response's audio, ms. */
    audio_start_ms: z.number().check(z.gte(0)),
    /** Length of the clause's audio, as far as it is known or expected, ms. */
    audio_ms: z.number().check(z.gte(0)),
    /** The ends of the clause's first words, ms from its start: as many as the voice reported. */
    word_ends_ms: z.array(z.number().check(z.gte(0))),
  }),
  'response.output_audio.done': event('response.output_audio.done', {
    response_id: identifier,
    /** Length of all audio sent for the response. */
    audio_ms: z.number().check(z.gte(0)),
  }),
  'response.done': event('response.done', {
    response_id: identifier,
    status: z.enum(['completed', 'cancelled', 'failed']),
    usage: usageSchema,
    /** The relay's instants of this turn on the session clock; the client adds its own. */
    timeline: latencyMarksSchema,
    error: z.nullable(problem),
    /** What the person could say next, and would be understood. Absent if there is nothing to suggest. */
    suggestions: z.optional(z.array(z.string())),
  }),
  /** The language model calls a function of the client; the response goes on with its output. */
  'response.function_call_arguments.done': event('response.function_call_arguments.done', {
    call_id: identifier,
    name: z.string(),
    /** A JSON object. */
    arguments: z.string(),
  }),
  'timer.updated': event('timer.updated', {
    /** When the next timer, alarm or reminder rings, on the session clock; null if none runs. */
    due_ms: z.nullable(instantMs),
  }),
  'page.answer.requested': event('page.answer.requested', {
    request_id: identifier,
    /** How to answer. */
    instructions: z.string(),
    /** What was said so far, in turns; the last one is the person's, and is to be answered. */
    messages: z
      .array(z.object({ role: z.enum(['user', 'assistant']), content: z.string() }))
      .check(z.minLength(1)),
    /** Longest silence before and between words. */
    silence_ms: z.number().check(z.gte(0)),
    /** When the answer must be whole. */
    total_ms: z.number().check(z.gte(0)),
  }),
  'page.answer.cancelled': event('page.answer.cancelled', {
    request_id: identifier,
  }),
  pong: event('pong', {
    client_ms: z.number(),
    /** The session clock at sending. */
    server_ms: instantMs,
  }),
  error: event('error', {
    code: errorCode,
    message: z.string(),
    retryable: z.boolean(),
    /** Leads to the log line with the cause. */
    request_id: z.string(),
    /** Of the session, if calls are traced (W3C Trace Context). */
    trace_id: z.optional(z.string()),
  }),
} as const;

export type RelayEventType = keyof typeof relayEventSchemas;
export type RelayEventOf<T extends RelayEventType> = z.infer<(typeof relayEventSchemas)[T]>;
export type RelayEvent = RelayEventOf<RelayEventType>;
/** A relay event before the outbox numbers it. */
export type UnnumberedRelayEvent = {
  [type in RelayEventType]: Omit<RelayEventOf<type>, 'seq'>;
}[RelayEventType];

/** Reads a JSON message from the relay. Never throws. */
export function decodeRelayEvent(text: string): EventResult<RelayEvent> {
  return decodeEvent<RelayEvent>(relayEventSchemas, text);
}
