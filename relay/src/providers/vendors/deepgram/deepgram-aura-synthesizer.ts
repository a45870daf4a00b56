import type { Synthesizer } from '../../../call/stages/synthesizer/synthesizer.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { deepgramSpeech, type DeepgramVoices } from './deepgram-speech.ts';
import type { ClauseSpeech } from '../../vendor-kit/synthesis/clause-speech.ts';
import type { SpokenSocket } from '../../vendor-kit/synthesis/speech-sockets.ts';
import { readAura } from './deepgram-events.ts';
import { SpeakProtocol } from './speak-protocol.ts';

/** The vendor answers at most 20 flushes a minute on a connection; two are left as a margin. */
const MAX_FLUSHES = 18;

const FLUSH_WINDOW_MS = 60_000;

/** With fewer flushes left than this, the next reply gets another connection. */
const WORTHWHILE_FLUSHES = 6;

export const AURA = 'deepgram-aura';

/** Deepgram Aura over its WebSocket. */
export function createAuraSynthesizer(
  options: DeepgramVoices,
  context: ProviderContext,
): Synthesizer & AsyncDisposable {
  const flushes = new WeakMap<VendorSocket, number[]>();
  const flushesOf = (socket: VendorSocket): number[] => {
    const known = flushes.get(socket) ?? [];
    flushes.set(socket, known);
    return known;
  };
  return deepgramSpeech(AURA, '/v1/speak', options, context, (socket) => {
    return new AuraProtocol(flushesOf(socket), () => context.clock.now());
  });
}

/** Aura's `Flushed` marks the end of a clause. Flushes are few, so a connection lasts for some. */
class AuraProtocol extends SpeakProtocol {
  readonly #flushedAtMs: number[];
  readonly #nowMs: () => number;

  /** @param flushedAtMs - when flushes were sent on this connection, by earlier replies too */
  constructor(flushedAtMs: number[], nowMs: () => number) {
    super(readAura);
    this.#flushedAtMs = flushedAtMs;
    this.#nowMs = nowMs;
  }

  get isFull(): boolean {
    return this.#flushesLeft <= 0;
  }

  override submit(socket: SpokenSocket, clause: ClauseSpeech): void {
    super.submit(socket, clause);
    this.#flushedAtMs.push(this.#nowMs());
  }

  override cancel(): boolean {
    return super.cancel() && this.#flushesLeft >= WORTHWHILE_FLUSHES;
  }

  get #flushesLeft(): number {
    const sinceMs = this.#nowMs() - FLUSH_WINDOW_MS;
    while (this.#flushedAtMs.length > 0 && this.#flushedAtMs[0]! < sinceMs) {
      this.#flushedAtMs.shift();
    }
    return MAX_FLUSHES - this.#flushedAtMs.length;
  }
}
