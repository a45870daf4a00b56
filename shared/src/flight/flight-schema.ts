import { z } from 'zod/mini';
import { MAX_OPUS_PACKET_MS } from '../audio/opus-packet.ts';
import { FLIGHT_FORMAT, FLIGHT_VERSION } from './flight-format.ts';

const instantMs = z.number().check(z.gte(0));
const sequence = z.int().check(z.gte(1), z.lte(0xffff_ffff));
const item = z.int().check(z.gte(0), z.lte(0xffff));
const count = z.int().check(z.gte(0), z.lte(48_000));
/** How long a frame of Opus lasts; absent if it is PCM16. */
const opusMs = z.optional(z.number().check(z.gte(0), z.lte(MAX_OPUS_PACKET_MS)));
/** Its shape is that of the protocol; events that this version does not know are kept too. */
const event = z.looseObject({ type: z.string().check(z.minLength(1), z.maxLength(128)) });

/** The first line. */
export const flightHeaderSchema = z.object({
  format: z.literal(FLIGHT_FORMAT),
  version: z.literal(FLIGHT_VERSION),
  /** When the file was saved, ISO 8601. */
  saved_at: z.string(),
  client: z.enum(['page', 'terminal']),
  /** The client's own clock at `t` 0, as in the `client_ms` of its pings. */
  clock_ms: z.number(),
  /** The person had agreed that the microphone's audio is kept. */
  audio: z.boolean(),
  /** The call's first entries had to make room for later ones. */
  truncated: z.boolean(),
  /** The `session` of the last event that was dropped with one; null if none was. */
  session: z.nullable(z.looseObject({ voice: z.string(), time_zone: z.string() })),
});
export type FlightHeader = z.infer<typeof flightHeaderSchema>;

function entry<K extends string, Fields extends z.core.$ZodShape>(kind: K, fields: Fields) {
  /** `t`: ms since the recording began. */
  return z.object({ t: instantMs, kind: z.literal(kind), ...fields });
}

/** Every line but the first. */
export const flightEntrySchema = z.discriminatedUnion('kind', [
  /**
   * The connection is being opened, holds a session, or waits before it is opened again; or the
   * call is over, and why. After `open` each of the others says that it was lost.
   */
  entry('connection', {
    state: z.enum(['connecting', 'open', 'waiting', 'closed']),
    reason: z.optional(z.string()),
  }),
  entry('sent', { event }),
  entry('sent-audio', {
    seq: sequence,
    utterance: item,
    /** Instant of the first sample on the session clock. */
    at_ms: instantMs,
    last: z.boolean(),
    /** 0 in a frame of Opus. */
    samples: count,
    opus_ms: opusMs,
    /** PCM16 at 16 kHz, little-endian, base64; absent without the person's consent. */
    pcm: z.optional(z.string()),
    /** Its packet, base64; absent without the person's consent. */
    opus: z.optional(z.string()),
  }),
  entry('received', { event }),
  entry('received-audio', {
    seq: sequence,
    item,
    last: z.boolean(),
    samples: count,
    opus_ms: opusMs,
  }),
  /** A message that is not of the protocol. */
  entry('received-unreadable', { bytes: z.int().check(z.gte(0)) }),
  /** Probabilities of speech, 0–1, and when each was known, ms after `t`. */
  entry('speech', {
    at: z.array(z.number().check(z.gte(0))).check(z.maxLength(1_000)),
    p: z.array(z.number().check(z.gte(0), z.lte(1))).check(z.maxLength(1_000)),
  }),
  /** What the client decided, in a word, and a few words on why. */
  entry('decision', {
    source: z.enum(['vad', 'socket', 'playback']),
    name: z.string(),
    detail: z.string(),
  }),
  /** A microphone was opened, with these settings. */
  entry('microphone', {
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  }),
  /** Where the time of a turn went, ms by segment. */
  entry('turn', {
    response_id: z.string(),
    voice_to_voice_ms: z.number(),
    timeline: z.record(z.string(), z.number()),
  }),
]);
export type FlightEntry = z.infer<typeof flightEntrySchema>;
export type FlightEntryOf<K extends FlightEntry['kind']> = Extract<FlightEntry, { kind: K }>;

export interface Flight {
  readonly header: FlightHeader;
  readonly entries: readonly FlightEntry[];
}
