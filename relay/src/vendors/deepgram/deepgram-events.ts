import { z } from 'zod';
import type { ProviderError, ProviderFault } from '../../stages/provider-error.ts';

/*
 * What Deepgram says on its streaming endpoints, in our words. Fields and messages that are not
 * used are let through unread, so that the vendor may add to them. What is not as documented
 * throws, which ends the connection (see `SocketListener`).
 */

export interface VendorFailure {
  readonly type: 'error';
  readonly fault: ProviderFault;
  readonly note: string;
}

export type NovaMessage =
  | {
      readonly type: 'results';
      readonly text: string;
      /** The position of the words in the audio of this connection. */
      readonly startSeconds: number;
      readonly endSeconds: number;
      /** Whether the words will not change any more. */
      readonly isFinal: boolean;
      /** Whether they answer a `Finalize`. */
      readonly isFromFinalize: boolean;
    }
  /** The stream was closed as asked, and everything has been said. */
  | { readonly type: 'metadata' }
  | VendorFailure
  | { readonly type: 'other' };

export type FluxMessage =
  | {
      readonly type: 'turn';
      readonly event: string;
      /** The words of the current turn. */
      readonly text: string;
      /** The position in the audio of this connection up to which the words go. */
      readonly endSeconds: number;
    }
  | VendorFailure
  | { readonly type: 'other' };

export type AuraMessage =
  /** All audio of the oldest unanswered `Flush` has been sent. */
  { readonly type: 'flushed' } | VendorFailure | { readonly type: 'other' };

const envelope = z.object({ type: z.string() });

const resultsSchema = z.object({
  start: z.number(),
  duration: z.number(),
  is_final: z.boolean().optional(),
  from_finalize: z.boolean().optional(),
  channel: z.object({ alternatives: z.array(z.object({ transcript: z.string() })).min(1) }),
});

const turnSchema = z.object({
  event: z.string(),
  transcript: z.string(),
  audio_window_end: z.number(),
});

const failureSchema = z.object({ code: z.string().optional(), err_code: z.string().optional() });

const warningSchema = z.object({ code: z.string(), description: z.string() });

/** Reads a message of `/v1/listen`. @throws if it is not as documented */
export function readNova(text: string): NovaMessage {
  const value: unknown = JSON.parse(text);
  switch (envelope.parse(value).type) {
    case 'Results': {
      const results = resultsSchema.parse(value);
      return {
        type: 'results',
        text: results.channel.alternatives[0]!.transcript.trim(),
        startSeconds: results.start,
        endSeconds: results.start + results.duration,
        isFinal: results.is_final ?? false,
        isFromFinalize: results.from_finalize ?? false,
      };
    }
    case 'Metadata':
      return { type: 'metadata' };
    case 'Error':
      return readFailure(value);
    default:
      return { type: 'other' };
  }
}

/** Reads a message of `/v2/listen`. @throws if it is not as documented */
export function readFlux(text: string): FluxMessage {
  const value: unknown = JSON.parse(text);
  switch (envelope.parse(value).type) {
    case 'TurnInfo': {
      const turn = turnSchema.parse(value);
      return {
        type: 'turn',
        event: turn.event,
        text: turn.transcript.trim(),
        endSeconds: turn.audio_window_end,
      };
    }
    case 'Error':
      return readFailure(value);
    default:
      return { type: 'other' };
  }
}

/** Reads a text message of `/v1/speak`. @throws if it is not as documented */
export function readAura(text: string): AuraMessage {
  const value: unknown = JSON.parse(text);
  switch (envelope.parse(value).type) {
    case 'Flushed':
      return { type: 'flushed' };
    case 'Error':
      return readFailure(value);
    case 'Warning': {
      const { code, description } = warningSchema.parse(value);
      // A flush that is not done is never answered; other warnings change nothing.
      return /flush/i.test(code + description)
        ? { type: 'error', fault: 'rate-limited', note: shortCode(code) }
        : { type: 'other' };
    }
    default:
      return { type: 'other' };
  }
}

/** Whether the vendor closed the connection in order: with 1000, or, as Flux does, without a code. */
export function isNormalClose({ fault, status }: ProviderError): boolean {
  return fault === 'closed' && (status === 1000 || status === 1005);
}

function readFailure(value: unknown): VendorFailure {
  const { code, err_code: errorCode } = failureSchema.parse(value);
  const note = shortCode(code ?? errorCode ?? '');
  return { type: 'error', fault: faultOfCode(note), note };
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
