import { z } from 'zod';
import { AUDIO_CODECS } from './audio-frame.ts';
import { decodeEvent, type EventResult } from './decode-event.ts';
import { timeZoneSchema } from './http-api.ts';
import { EAGERNESS } from './turn-detection.ts';

/** Longest typed message, characters. */
export const MAX_TEXT_CHARACTERS = 2_000;
/** What no voice exceeds; each has its own range. */
const MIN_SPEED = 0.25;
const MAX_SPEED = 4;
/** Longest piece of an answer that the page's own language model gives, characters. */
export const MAX_PAGE_DELTA_CHARACTERS = 2_000;
/** Largest JSON message a client may send, bytes. */
export const MAX_CLIENT_EVENT_BYTES = 64 * 1024;
/** Longest instructions that a client adds to those of the relay, characters. */
export const MAX_INSTRUCTIONS_CHARACTERS = 16_000;
/** Most functions that a client may offer to the language model. */
export const MAX_CLIENT_TOOLS = 32;
/** Longest result of a function, characters; a language model reads less of it. */
export const MAX_TOOL_OUTPUT_CHARACTERS = 32_000;

/** Deepest nesting of what is taken as it is: at some thousands, reading it overflows the stack. */
const MAX_DEPTH = 64;

const uint16 = z.int().min(0).max(0xffff);
const uint32 = z.int().min(0).max(0xffff_ffff);
const instantMs = z.number().min(0).max(0xffff_ffff);
const identifier = z.string().min(1).max(64);

/** Any JSON that is not nested too deep. */
export const boundedJsonSchema = z.custom<z.core.util.JSONType>(
  (value) => isShallow(value, MAX_DEPTH),
  'nested too deep',
);

function isShallow(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined;
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1));
}

/** A function that the client runs when the language model calls it. */
export const clientToolSchema = z.object({
  name: z.string().regex(/^[\w-]{1,64}$/),
  description: z.string().max(4_000).default(''),
  /** JSON Schema of an object. */
  parameters: z.record(z.string(), boundedJsonSchema).default({ type: 'object' }),
});
export type ClientTool = z.infer<typeof clientToolSchema>;

/** `seq`: position in the client's sequence, which events and audio frames share; counts from 1. */
function event<T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) {
  return z.object({ type: z.literal(type), seq: uint32.min(1).optional(), ...fields });
}

export const clientEventSchemas = {
  'session.update': event('session.update', {
    session: z.object({
      /** A voice named in `session.created`. */
      voice: identifier.optional(),
      /** BCP 47, one of `languages` of `session.created`. */
      language: identifier.optional(),
      /** A factor of the voice's own pace, within `speeds` of `session.created`. */
      speed: z.number().min(MIN_SPEED).max(MAX_SPEED).optional(),
      /** IANA time zone of the person, for answers about time. */
      time_zone: timeZoneSchema,
      /** Both sides are recorded; only with the person's consent. `false` ends that. */
      recording: z.boolean().optional(),
      turn_detection: z
        .object({
          eagerness: z.enum(EAGERNESS).optional(),
          /** `false`: only `response.create` brings a response. Absent: as it was. */
          create_response: z.boolean().optional(),
        })
        .optional(),
      /** Added to the relay's own for the language model; `''` takes them back. */
      instructions: z.string().max(MAX_INSTRUCTIONS_CHARACTERS).optional(),
      /** In place of those offered before. */
      tools: z.array(clientToolSchema).max(MAX_CLIENT_TOOLS).optional(),
      /** The page has a language model that may be asked: see `page.answer.requested`. */
      page_model: z.boolean().optional(),
      /** The page recognises speech by itself, and sends the words as typed messages. */
      page_recogniser: z.boolean().optional(),
      /** Of the voice, from the next response on. */
      output_audio_codec: z.enum(AUDIO_CODECS).optional(),
      /** `['text']` asks for replies in writing only. */
      output_modalities: z
        .array(z.enum(['audio', 'text']))
        .min(1)
        .max(2)
        .optional(),
    }),
  }),
  'input_audio_buffer.speech_started': event('input_audio_buffer.speech_started', {
    /** Number of the utterance that begins; its audio frames carry it as their item. */
    utterance: uint16,
    /** True onset, back-dated. */
    audio_start_ms: instantMs,
    /**
     * The reply that is held at this position of its audio until the relay has decided whether it
     * is interrupted; absent if no reply was heard, or if the client has stopped it by itself.
     */
    interrupts: z.object({ response_id: identifier, audio_end_ms: instantMs }).optional(),
  }),
  'input_audio_buffer.speech_paused': event('input_audio_buffer.speech_paused', {
    utterance: uint16,
    /** True end of speech so far, back-dated. */
    audio_end_ms: instantMs,
    /** When the client noticed it and sent this. */
    sent_ms: instantMs,
  }),
  'input_audio_buffer.speech_resumed': event('input_audio_buffer.speech_resumed', {
    utterance: uint16,
    /** True onset of what follows the pause, back-dated. */
    audio_start_ms: instantMs,
  }),
  'input_audio_buffer.speech_stopped': event('input_audio_buffer.speech_stopped', {
    utterance: uint16,
    /** True end of speech, back-dated. */
    audio_end_ms: instantMs,
    /** When the client decided so and sent this. */
    sent_ms: instantMs,
  }),
  'input_audio_buffer.commit': event('input_audio_buffer.commit', {
    utterance: uint16,
  }),
  'input_audio_buffer.clear': event('input_audio_buffer.clear', {
    utterance: uint16,
  }),
  'conversation.item.create': event('conversation.item.create', {
    /** `false`: it is remembered, and answered only when a response is asked for. */
    create_response: z.boolean().optional(),
    item: z.discriminatedUnion('type', [
      z.object({
        id: identifier.optional(),
        type: z.literal('message'),
        /** `assistant`: to be remembered as said by the assistant; it is not answered. */
        role: z.enum(['user', 'assistant']),
        content: z
          .array(z.object({ type: z.literal('input_text'), text: z.string().trim().min(1) }))
          .length(1),
      }),
      /** What a function answered that the language model had called. */
      z.object({
        type: z.literal('function_call_output'),
        call_id: identifier,
        output: z.string().max(MAX_TOOL_OUTPUT_CHARACTERS),
      }),
    ]),
  }),
  /** It is not remembered any more. */
  'conversation.item.delete': event('conversation.item.delete', {
    item_id: identifier,
  }),
  'conversation.item.truncate': event('conversation.item.truncate', {
    /** The response that was interrupted. */
    response_id: identifier,
    /** How much of its audio was really heard, ms from its first sample. */
    audio_end_ms: instantMs,
  }),
  'response.create': event('response.create', {}),
  'response.cancel': event('response.cancel', {
    /** The response to cancel; absent means the running one. */
    response_id: identifier.optional(),
  }),
  'page.answer.delta': event('page.answer.delta', {
    request_id: identifier,
    delta: z.string().min(1).max(MAX_PAGE_DELTA_CHARACTERS),
  }),
  'page.answer.done': event('page.answer.done', {
    request_id: identifier,
    /** `failed`: the model has no answer, or broke off. */
    status: z.enum(['completed', 'failed']),
  }),
  'session.resume': z.object({
    type: z.literal('session.resume'),
    session_id: identifier,
    resume_token: z.string().min(1).max(128),
    /** The last relay sequence number the client received; 0 for none. */
    last_seq: uint32,
    /** The responses that it has begun to receive: another relay, which goes on with the call, ends them. */
    responses: z.array(identifier).max(8).optional(),
  }),
  ping: z.object({
    type: z.literal('ping'),
    /** The client's own clock, returned unchanged. */
    client_ms: z.number(),
    /** Lets the relay drop what it kept for a replay. */
    last_seq: uint32.optional(),
    /** What the client knows of the line, for those who run the relay. */
    line: z
      .object({
        /** Of the speech that was sent last. */
        codec: z.enum(AUDIO_CODECS),
        /** WebSockets that carry the same messages. */
        sockets: z.int().min(1).max(2),
        rtt_ms: z.number().min(0).max(0xffff_ffff),
        /** Share of packets that are lost, an estimate, 0–1. */
        loss: z.number().min(0).max(1),
      })
      .optional(),
  }),
} as const;

export type ClientEventType = keyof typeof clientEventSchemas;
export type ClientEventOf<T extends ClientEventType> = z.infer<(typeof clientEventSchemas)[T]>;
export type ClientEvent = ClientEventOf<ClientEventType>;

/** Reads a JSON message from a client. Never throws. */
export function decodeClientEvent(text: string): EventResult<ClientEvent> {
  return decodeEvent<ClientEvent>(clientEventSchemas, text);
}
