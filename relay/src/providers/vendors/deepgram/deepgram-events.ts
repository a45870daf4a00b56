import { z } from 'zod';
import type { ProviderError, ProviderFault } from '../../../call/stages/provider-error.ts';

/*
 * What Deepgram says on its streaming endpoints, in our words. Fields and messages that are not
 * used are let through unread, so that the vendor may add to them. A message that is not as
 * documented throws, which ends the connection (see `SocketListener`).
 */

interface VendorFailure {
  readonly type: 'error';
  readonly fault: ProviderFault;
  readonly note: string;
}

const OTHER = { type: 'other' } as const;

const failureSchema = z
  .object({ code: z.string().optional(), err_code: z.string().optional() })
  .transform(({ code, err_code: errorCode }): VendorFailure => {
    const note = shortCode(code ?? errorCode ?? '');
    return { type: 'error', fault: faultOfCode(note), note };
  });

/** Reads the messages of one endpoint, each by its type. @throws if one is not as documented */
function readerOf<Message>(messages: Readonly<Record<string, z.ZodType<Message>>>) {
  const schemas = new Map<string, z.ZodType<Message | VendorFailure>>([
    ['Error', failureSchema],
    ...Object.entries(messages),
  ]);
  return (text: string): Message | VendorFailure | typeof OTHER => {
    const value: unknown = JSON.parse(text);
    const type = typeof value === 'object' && value !== null && 'type' in value && value.type;
    if (typeof type !== 'string') throw new TypeError('A message without a type');
    return schemas.get(type)?.parse(value) ?? OTHER;
  };
}

const results = z
  .object({
    start: z.number(),
    duration: z.number(),
    is_final: z.boolean().default(false),
    from_finalize: z.boolean().default(false),
    channel: z.object({ alternatives: z.array(z.object({ transcript: z.string() })).min(1) }),
  })
  .transform(({ start, duration, channel, is_final: isFinal, from_finalize: answers }) => ({
    type: 'results' as const,
    text: channel.alternatives[0]!.transcript.trim(),
    /** The beginning of the words in the audio of this connection. */
    startSeconds: start,
    /** The end of the words in the audio of this connection. */
    endSeconds: start + duration,
    /** Whether the words will not change any more. */
    isFinal,
    /** Whether they answer a `Finalize`. */
    isFromFinalize: answers,
  }));

/** The stream was closed as asked, and everything has been said. */
const metadata = z.unknown().transform(() => ({ type: 'metadata' as const }));

const turn = z
  .object({ event: z.string(), transcript: z.string(), audio_window_end: z.number() })
  .transform(({ event, transcript, audio_window_end: endSeconds }) => ({
    type: 'turn' as const,
    event,
    /** The words of the current turn. */
    text: transcript.trim(),
    /** The position in the audio of this connection up to which the words go. */
    endSeconds,
  }));

/** All audio of the oldest `Flush` of which this was not said before has been sent. */
const flushed = z.unknown().transform(() => ({ type: 'flushed' as const }));

const warning = z
  .object({ code: z.string(), description: z.string() })
  .transform(({ code, description }): VendorFailure | typeof OTHER =>
    // A flush that is not done is never answered; other warnings change nothing.
    /flush/i.test(code + description)
      ? { type: 'error', fault: 'rate-limited', note: shortCode(code) }
      : OTHER,
  );

const fluxWarning = z
  .object({ code: z.string() })
  .transform(({ code }): VendorFailure | typeof OTHER =>
    // A flush without a turn is never answered; other warnings change nothing.
    code === 'NO_ACTIVE_SPEECH' ? { type: 'error', fault: 'malformed', note: code } : OTHER,
  );

export type NovaResults = z.output<typeof results>;
export type FluxTurn = z.output<typeof turn>;

/** A message of `/v1/listen`. */
export const readNova = readerOf<NovaResults | z.output<typeof metadata>>({
  Results: results,
  Metadata: metadata,
});

/** A message of `/v2/listen`. */
export const readFlux = readerOf({ TurnInfo: turn });

/** A text message of `/v1/speak`. */
export const readAura = readerOf<z.output<typeof flushed | typeof warning>>({
  Flushed: flushed,
  Warning: warning,
});

/**
 * A text message of `/v2/speak`, which calls a clause a turn: `Flushed` only says that the flush
 * was received, `SpeechMetadata` that the turn's last audio has been sent.
 */
export const readFluxVoice = readerOf<z.output<typeof flushed | typeof warning>>({
  SpeechMetadata: flushed,
  Warning: fluxWarning,
});

/** Whether the vendor closed the connection in order: with 1000, or, as Flux does, without a code. */
export function isNormalClose({ fault, status }: ProviderError): boolean {
  return fault === 'closed' && (status === 1000 || status === 1005);
}

function faultOfCode(code: string): ProviderFault {
  if (/AUTH|PERMISSION|CREDENTIAL|CREDITS|PAYMENT/i.test(code)) return 'unauthorized';
  if (/RATE|TOO_MANY|CONCURREN/i.test(code)) return 'rate-limited';
  if (/INTERNAL|UNAVAILABLE|TIMEOUT|^NET-/i.test(code)) return 'overloaded';
  return 'rejected';
}

/** Codes are short and plain; anything else could quote what was said. */
function shortCode(code: string): string {
  return /^[\w-]{1,48}$/.test(code) ? code : 'unknown';
}
