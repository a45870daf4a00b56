import type { Clock } from '../../../base/lib/clock.ts';
import { newId } from '../../../base/lib/ids.ts';
import type { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import type { SpeechProtocol, SpokenSocket } from '../../vendor-kit/synthesis/speech-sockets.ts';
import type { TimedWord } from '../../../call/stages/synthesizer/clause-track.ts';
import { z } from 'zod';
import { parseJson } from '../../../base/lib/json.ts';
import { faultOfStatus, type ProviderFault } from '../../../call/stages/provider-error.ts';

const MALFORMED = {
  type: 'failed',
  contextId: undefined,
  fault: 'malformed',
  status: undefined,
  note: 'message',
} as const;

const messageSchema = z.object({ type: z.string(), context_id: z.string().optional() });

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

/** What Sonic says of a context, in our words. */
type SonicEvent =
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

/**
 * A context expires 1 s after its last audio was sent. A clause that comes after half of that has
 * passed gets a new one, so that it never arrives at one that has just ended.
 */
const CONTEXT_LIFE_MS = 500;
/** A line that spoke this lately is taken to be alive. */
const HEARD_LATELY_MS = 500;
/** Times that lie this far before the clause can only count from the clause itself. */
const TOLERANCE_MS = 100;

interface Context {
  readonly id: string;
  /** Handed over and not yet flushed, in order. */
  readonly clauses: ClauseSpeech[];
  /** Audio of the clauses before the first of these. */
  beforeMs: number;
  quietSinceMs: number;
}

/**
 * One context for the clauses of a reply, so that the voice carries on from one to the next, and a
 * flush after each: what comes before its answer belongs to the clause. A context works strictly in
 * order, so that the order alone says which clause is meant. Several contexts, one a clause, would
 * each count against the account's limit of parallel requests.
 */
export class SonicProtocol implements SpeechProtocol {
  readonly #request: object;
  readonly #clock: Clock;
  #context: Context | undefined;
  #heardAtMs = Number.NEGATIVE_INFINITY;

  /** @param request - what all requests of a context have in common */
  constructor(request: object, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    const context = this.#usableContext(socket);
    context.clauses.push(clause);
    // Texts of a context are joined as they are.
    this.#send(socket, context, { transcript: `${clause.text.trim()} `, continue: true });
    this.#send(socket, context, { transcript: '', continue: true, flush: true });
  }

  receive(socket: SpokenSocket, message: string): void {
    this.#heardAtMs = this.#clock.now();
    const event = readSonicEvent(message);
    const context = this.#context;
    if (event.type === 'failed') {
      if (event.contextId !== undefined && event.contextId !== context?.id) return;
      const { fault, status, note } = event;
      throw socket.failure(fault, { note, status });
    }
    // Of contexts that were left, something may still come.
    if (event.type === 'ignored' || context === undefined || event.contextId !== context.id) return;
    const clause = context.clauses[0];
    switch (event.type) {
      case 'audio':
        if (clause?.pushAudio(event.audio) === false) {
          throw socket.failure('malformed', { note: 'audio' });
        }
        return;
      case 'words':
        clause?.pushWords(fromClauseStart(event.words, context.beforeMs));
        return;
      case 'flushed':
        if (clause === undefined) return;
        context.clauses.shift();
        context.beforeMs += clause.audioMs;
        context.quietSinceMs = this.#clock.now();
        clause.end();
        return;
      case 'done':
        if (clause !== undefined) throw socket.failure('closed', { note: 'context' });
        this.#context = undefined;
    }
  }

  cancel(socket: SpokenSocket): boolean {
    const context = this.#context;
    this.#context = undefined;
    if (context === undefined) return true;
    this.#cancel(socket, context);
    // Given up because nothing came, it would be just as silent for the next one.
    const hasHeardLately = this.#clock.now() - this.#heardAtMs < HEARD_LATELY_MS;
    return context.clauses.length === 0 || hasHeardLately;
  }

  #usableContext(socket: SpokenSocket): Context {
    const nowMs = this.#clock.now();
    const current = this.#context;
    if (current !== undefined) {
      const isFresh = current.clauses.length > 0 || nowMs - current.quietSinceMs < CONTEXT_LIFE_MS;
      if (isFresh) return current;
      this.#cancel(socket, current);
    }
    const context = { id: newId('reply'), clauses: [], beforeMs: 0, quietSinceMs: nowMs };
    this.#context = context;
    return context;
  }

  /** Also ends an idle context: an input that ends it would come too late if it has expired. */
  #cancel(socket: SpokenSocket, { id }: Context): void {
    socket.sendText({ context_id: id, cancel: true });
  }

  #send(socket: SpokenSocket, context: Context, more: object): void {
    socket.sendText({ ...this.#request, context_id: context.id, ...more });
  }
}

/** The vendor's times count from the context's start. */
function fromClauseStart(words: readonly TimedWord[], beforeMs: number): TimedWord[] {
  const offsetMs = (words[0]?.startMs ?? 0) < beforeMs - TOLERANCE_MS ? 0 : beforeMs;
  return words.map(({ text, startMs, endMs }) => ({
    text,
    startMs: Math.max(0, startMs - offsetMs),
    endMs: Math.max(0, endMs - offsetMs),
  }));
}

/** @see https://docs.cartesia.ai/api-reference/tts/websocket */
export function readSonicEvent(text: string): SonicEvent {
  const json = parseJson(text);
  const { data } = messageSchema.safeParse(json);
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
