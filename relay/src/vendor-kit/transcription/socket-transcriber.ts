import type { Transcriber, Transcription } from '../../stages/transcriber.ts';
import { SocketPool, type SocketLease, type SocketPoolOptions } from '../websocket/socket-pool.ts';
import type { VendorSocket } from '../websocket/vendor-socket.ts';
import type { ProviderContext } from '../vendor.ts';

export interface SocketTranscriberOptions {
  readonly name: string;
  readonly context: ProviderContext;
  readonly pool: Omit<SocketPoolOptions, 'open' | 'clock'>;
  /**
   * Opens a socket for utterances in this language (BCP 47).
   *
   * @throws ProviderError; the signal's reason when aborted
   */
  connect(language: string, signal: AbortSignal): Promise<VendorSocket>;
  begin(lease: SocketLease, signal: AbortSignal, language: string): Transcription;
}

/** A transcriber that uses a socket of a pool for each utterance. */
export function createSocketTranscriber(
  options: SocketTranscriberOptions,
): Transcriber & AsyncDisposable {
  const { name, context, connect, begin } = options;
  const pool = new SocketPool({ ...options.pool, open: connect, clock: context.clock });
  return {
    name,
    async open({ language, signal }) {
      const lease = await pool.acquire(language, signal);
      if (!signal.aborted) return begin(lease, signal, language);
      lease.giveBack();
      throw signal.reason;
    },
    async probe(signal) {
      (await connect(context.language, signal)).close();
    },
    prepare: () => pool.reserve(context.language),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
