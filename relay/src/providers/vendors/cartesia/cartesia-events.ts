import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import { faultOfStatus, type ProviderFault } from '../../../call/stages/provider-error.ts';
import type { TimedWord } from '../../../call/stages/synthesizer/synthesizer.ts';

/** What Sonic says of a context, in our words. */
export type SonicEvent =
  /** `audio` is base64. */
  | { readonly type: 'audio'; readonly contextId: string; readonly audio: string }
  /** Times in ms. */
  | {
      readonly type: 'words';
      readonly contextId: string;
      readonly words: readonly TimedWord[];
    }
  /** Everything up to a flush has been spoken. */
  | { readonly type: 'flushed'; readonly contextId: string }
  /** The context is over. */
  | { readonly type: 'done'; readonly contextId: string }
  | {
      readonly type: 'failed';
      /** undefined if the whole socket is meant. */
      readonly contextId: string | undefined;
      readonly fault: ProviderFault;
      readonly status: number | undefined;
      readonly note: string;
    }
  | { readonly type: 'ignored' };

const MALFORMED = {
  type: 'failed',
  contextId: undefined,
  fault: 'malformed',
  status: undefined,
  note: 'message',
} as const;

const message = z.object({ type: z.string(), context_id: z.string().optional() });
const chunk = z.object({ data: z.string() });
const timestamps = z.object({
  word_timestamps: z
    .object({ words: z.array(z.string()), start: z.array(z.number()), end: z.array(z.number()) })
    .nullish(),
});
const failure = z.object({
  status_code: z.number().optional(),
  error_code: z.string().nullish(),
});

/** @see https://docs.cartesia.ai/api-reference/tts/websocket */
export function readSonicEvent(text: string): SonicEvent {
  const json = parseJson(text);
  const { data } = message.safeParse(json);
  if (data === undefined) return MALFORMED;
  const { type, context_id: contextId } = data;
  if (type === 'error') return failed(json, contextId);
  if (contextId === undefined) return { type: 'ignored' };
  switch (type) {
    case 'chunk': {
      const audio = chunk.safeParse(json).data?.data;
      return audio === undefined ? MALFORMED : { type: 'audio', contextId, audio };
    }
    case 'timestamps': {
      const { success, data: timed } = timestamps.safeParse(json);
      if (!success) return MALFORMED;
      const { words = [], start = [], end = [] } = timed.word_timestamps ?? {};
      const times = words.map((word, n) => ({
        text: word,
        startMs: (start[n] ?? 0) * 1_000,
        endMs: (end[n] ?? start[n] ?? 0) * 1_000,
      }));
      return { type: 'words', contextId, words: times };
    }
    case 'flush_done':
      return { type: 'flushed', contextId };
    case 'done':
      return { type: 'done', contextId };
    default:
      return { type: 'ignored' };
  }
}

function failed(json: unknown, contextId: string | undefined): SonicEvent {
  const { status_code: status, error_code: code } = failure.safeParse(json).data ?? {};
  return {
    type: 'failed',
    contextId,
    fault: status === undefined ? 'rejected' : faultOfStatus(status),
    status,
    note: /^[a-z_]{1,60}$/.test(code ?? '') ? code! : 'error',
  };
}
