import { z } from 'zod/mini';

export type EventResult<Event> =
  | { readonly kind: 'event'; readonly event: Event }
  /** A well-formed event of a type this side does not know: to be ignored, so peers can grow. */
  | {
      readonly kind: 'unknown';
      readonly type: string;
      /** Its place in the peer's sequence, if it has one. */
      readonly seq: number | undefined;
    }
  | {
      readonly kind: 'malformed';
      readonly fault: 'malformed_json' | 'invalid_event';
      /** Which field was wrong and what was expected; never the value that was found. */
      readonly detail: string;
    };

/** Numbers of messages: from 1, in 32 bits. */
const sequenceSchema = z.int().check(z.gte(1), z.lte(0xffff_ffff));

/** Tolerant of event types it does not know, strict about the shape of those it does. */
export function decodeEvent<Event>(
  schemas: Readonly<Record<string, z.core.$ZodType>>,
  text: string,
): EventResult<Event> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'malformed', fault: 'malformed_json', detail: 'Expected one JSON object.' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { kind: 'malformed', fault: 'invalid_event', detail: 'Expected one JSON object.' };
  }
  const type: unknown = (value as { type?: unknown }).type;
  if (typeof type !== 'string' || type.length === 0 || type.length > 128) {
    return { kind: 'malformed', fault: 'invalid_event', detail: 'type: expected a short string.' };
  }
  // hasOwn: "constructor" and its like are not event types.
  if (!Object.hasOwn(schemas, type)) {
    const seq = sequenceSchema.safeParse((value as { seq?: unknown }).seq);
    return { kind: 'unknown', type, seq: seq.data };
  }
  const parsed = z.safeParse(schemas[type]!, value);
  if (parsed.success) return { kind: 'event', event: parsed.data as Event };
  const issue = parsed.error.issues[0]!;
  return {
    kind: 'malformed',
    fault: 'invalid_event',
    detail: `${issue.path.join('.') || 'event'}: ${issue.message}.`,
  };
}
