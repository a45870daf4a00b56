import type { Languages } from '../../../call/stages/languages.ts';
import type { Transcriber, Transcription } from '../../../call/stages/transcriber/transcriber.ts';
import { SocketPool, type SocketLease, type SocketPoolOptions } from '../websocket/socket-pool.ts';
import type { VendorSocket } from '../websocket/vendor-socket.ts';
import type { ProviderContext } from '../vendor.ts';

export interface SocketTranscriberOptions {
  readonly name: string;
  /** Undefined: any. */
  readonly languages: Languages;
  readonly context: ProviderContext;
  readonly pool: Omit<SocketPoolOptions, 'open' | 'clock'>;
  /**
   * Opens a socket for utterances in this language (BCP 47).
   *
   * @throws ProviderError; the signal's reason when aborted
   */
  connect(language: string, signal: AbortSignal): Promise<VendorSocket>;
  begin(lease: SocketLease, utterance: UtteranceOptions): Transcription;
  /** The model that hears this language. */
  modelFor(language: string): string;
}

/** One utterance, as adapters begin it. */
export interface UtteranceOptions {
  readonly language: string;
  readonly signal: AbortSignal;
  /** Called at the end, if any audio was sent. */
  readonly onSent: (audioMs: number) => void;
}

/** A transcriber that uses a socket of a pool for each utterance. */
export function createSocketTranscriber(
  options: SocketTranscriberOptions,
): Transcriber & AsyncDisposable {
  const { name, languages, context, connect, begin, modelFor } = options;
  const pool = new SocketPool({ ...options.pool, open: connect, clock: context.clock });
  return {
    name,
    languages,
    async open({ language, signal, onUsed }) {
      const lease = await pool.acquire(language, signal);
      const onSent = (audioMs: number) =>
        onUsed?.({ model: modelFor(language), units: { audioMs } });
      if (!signal.aborted) return begin(lease, { language, signal, onSent });
      lease.giveBack();
      throw signal.reason;
    },
    async probe(signal) {
      (await connect(context.language, signal)).close();
    },
    prepare: (language = context.language) => pool.reserve(language),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
