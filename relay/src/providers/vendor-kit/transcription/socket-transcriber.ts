import type { AudioCodec } from '@parley/shared';
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
  /** Whether `connect` opens sockets for Opus, too. */
  readonly takesOpus?: boolean;
  /**
   * Opens a socket for utterances in this language (BCP 47) and codec.
   *
   * @throws ProviderError; the signal's reason when aborted
   */
  connect(language: string, signal: AbortSignal, codec: AudioCodec): Promise<VendorSocket>;
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

/** A call that runs. */
interface Call {
  readonly language: string;
  /** Once a caller has sent Opus, sockets for it are kept ready as well: they take no PCM16. */
  releaseOpus?: () => void;
}

const OPUS_KEY = '/opus';

/** A transcriber that uses a socket of a pool for each utterance. */
export function createSocketTranscriber(
  options: SocketTranscriberOptions,
): Transcriber & AsyncDisposable {
  const { name, languages, takesOpus = false, context, connect, begin, modelFor } = options;
  const open = (key: string, signal: AbortSignal) =>
    key.endsWith(OPUS_KEY)
      ? connect(key.slice(0, -OPUS_KEY.length), signal, 'opus')
      : connect(key, signal, 'pcm16');
  const pool = new SocketPool({ ...options.pool, open, clock: context.clock });
  const calls = new Set<Call>();
  return {
    name,
    languages,
    takesOpus,
    async open({ language, codec, signal, onUsed }) {
      const isOpus = takesOpus && codec === 'opus';
      const key = isOpus ? language + OPUS_KEY : language;
      for (const call of isOpus ? calls : []) {
        if (call.language === language) call.releaseOpus ??= pool.reserve(key);
      }
      const lease = await pool.acquire(key, signal);
      const onSent = (audioMs: number) =>
        onUsed?.({ model: modelFor(language), units: { audioMs } });
      if (!signal.aborted) return begin(lease, { language, signal, onSent });
      lease.giveBack();
      throw signal.reason;
    },
    async probe(signal) {
      (await connect(context.language, signal, 'pcm16')).close();
    },
    prepare(language = context.language) {
      const release = pool.reserve(language);
      const call: Call = { language };
      calls.add(call);
      return () => {
        calls.delete(call);
        call.releaseOpus?.();
        release();
      };
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}
