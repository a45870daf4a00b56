import { z } from 'zod';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import {
  MAX_CLIENT_EVENT_BYTES,
  MAX_TEXT_CHARACTERS,
  MAX_TOOL_OUTPUT_CHARACTERS,
} from '@parley/shared';
import { isJsonObject, parseJson } from '../../base/lib/json.ts';
import { invalid, RequestFault } from './errors.ts';
import { sessionUpdateSchema } from './realtime-session.ts';

/** An event as OpenAI's package declares it, before it has its id. */
export type ServerEvent = RealtimeServerEvent extends infer E
  ? E extends RealtimeServerEvent
    ? Omit<E, 'event_id'>
    : never
  : never;

const id = z.string().min(1).max(64);
const text = z.string().max(MAX_TEXT_CHARACTERS);

const itemSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    id: id.optional(),
    role: z.enum(['user', 'assistant', 'system']),
    content: z
      .array(
        z.object({
          type: z.string(),
          text: text.nullish(),
          transcript: text.nullish(),
          audio: z.string().nullish(),
        }),
      )
      .min(1)
      .max(32),
  }),
  z.object({
    type: z.literal('function_call'),
    id: id.optional(),
    call_id: id.optional(),
    name: z.string().max(64),
    arguments: z.string().max(MAX_TOOL_OUTPUT_CHARACTERS),
  }),
  z.object({
    type: z.literal('function_call_output'),
    id: id.optional(),
    call_id: id,
    output: z.string().max(MAX_TOOL_OUTPUT_CHARACTERS),
  }),
]);
export type CreatedItem = z.infer<typeof itemSchema>;

function event<T extends string, Fields extends z.ZodRawShape>(type: T, fields: Fields) {
  return z.object({ type: z.literal(type), event_id: z.string().max(512).optional(), ...fields });
}

/** What clients send. A field that is not named here has no meaning for this relay. */
const SCHEMAS = {
  'session.update': event('session.update', { session: sessionUpdateSchema }),
  'input_audio_buffer.append': event('input_audio_buffer.append', { audio: z.string() }),
  'input_audio_buffer.commit': event('input_audio_buffer.commit', {}),
  'input_audio_buffer.clear': event('input_audio_buffer.clear', {}),
  'output_audio_buffer.clear': event('output_audio_buffer.clear', {}),
  'conversation.item.create': event('conversation.item.create', { item: itemSchema }),
  'conversation.item.retrieve': event('conversation.item.retrieve', { item_id: z.string() }),
  'conversation.item.delete': event('conversation.item.delete', { item_id: z.string() }),
  'conversation.item.truncate': event('conversation.item.truncate', {
    item_id: z.string(),
    content_index: z.int().min(0).default(0),
    audio_end_ms: z.number().min(0),
  }),
  'response.create': event('response.create', {
    response: sessionUpdateSchema
      .pick({ output_modalities: true, instructions: true, tools: true, tool_choice: true })
      .extend({
        conversation: z.string().optional(),
        input: z.array(z.unknown()).optional(),
        metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
      })
      .optional(),
  }),
  'response.cancel': event('response.cancel', { response_id: z.string().optional() }),
} as const;

type ClientEventType = keyof typeof SCHEMAS;
export type DialectEvent = {
  [type in ClientEventType]: z.infer<(typeof SCHEMAS)[type]>;
}[ClientEventType];
export type DialectEventOf<T extends ClientEventType> = Extract<DialectEvent, { readonly type: T }>;

/** @returns the event's own id, as far as it has one, and the event or what is wrong with it */
export function readClientEvent(message: string): {
  readonly eventId: string | undefined;
  readonly event: DialectEvent | RequestFault;
} {
  const value = parseJson(message);
  if (!isJsonObject(value)) {
    const fault = new RequestFault(400, 'invalid_json', 'The message is not a JSON object.');
    return { eventId: undefined, event: fault };
  }
  const { type, event_id: eventId } = value;
  const known = { eventId: typeof eventId === 'string' ? eventId.slice(0, 512) : undefined };
  if (typeof type !== 'string' || !Object.hasOwn(SCHEMAS, type)) {
    const names = Object.keys(SCHEMAS).join(', ');
    return { ...known, event: invalid('type', `Unknown event type. This relay takes ${names}.`) };
  }
  if (message.length > MAX_CLIENT_EVENT_BYTES && type !== 'input_audio_buffer.append') {
    const most = `An event without audio may have ${MAX_CLIENT_EVENT_BYTES} characters.`;
    return { ...known, event: invalid('event', most) };
  }
  const read = SCHEMAS[type as ClientEventType].safeParse(value);
  if (read.success) return { ...known, event: read.data };
  const issue = read.error.issues[0]!;
  const path = issue.path.join('.');
  return { ...known, event: invalid(path || 'event', `${path || 'The event'}: ${issue.message}.`) };
}
