import { UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import { startDeepgramSimulator } from '../../simulators/deepgram/deepgram-simulator.ts';
import type { Simulator } from '../../simulators/kit/simulator.ts';
import { serve } from '../process/serve.ts';
import { Arrivals } from './arrivals.ts';
import { readMark } from './marked-chunk.ts';
import { WITH_PAUSES } from './schedule.ts';
import {
  upstreamHandlers,
  type UpstreamAddress,
  type UpstreamFigures,
  type UpstreamSide,
} from './upstream.ts';

const WORDS = 'so what I would like to know is when the next train leaves and from which platform';
const SAMPLES_PER_WORD = 5_000;
const UTTERANCE_SAMPLES = WITH_PAUSES.speakingChunks * UPLINK_CHUNK_SAMPLES;

/** Deepgram's Nova, as its simulator speaks it, with a record of what arrives. */
class Nova implements UpstreamSide {
  readonly #arrivals = new Arrivals(WITH_PAUSES);
  #simulator: Simulator | undefined;
  #peak = 0;

  get connections(): number {
    return this.#simulator?.open ?? 0;
  }

  get delivered(): number {
    return this.#arrivals.delivered;
  }

  async listen(offset: number): Promise<UpstreamAddress> {
    const simulator = await startDeepgramSimulator({
      hear: wordsOf,
      onAudio: ({ buffer, byteOffset, byteLength }) => {
        this.#arrivals.arrived(readMark(Buffer.from(buffer, byteOffset, byteLength), offset));
        this.#peak = Math.max(this.#peak, simulator.open);
      },
    });
    this.#simulator = simulator;
    return { url: simulator.url, key: simulator.key };
  }

  record(): void {
    this.#arrivals.record();
  }

  take(): UpstreamFigures {
    const opened = this.#simulator?.requests ?? 0;
    return { ...this.#arrivals.take(), opened, peak: this.#peak };
  }
}

/** A growing sentence, and no words at all for a whole utterance: nothing is answered. */
function wordsOf({ length }: Int16Array): string {
  if (length >= UTTERANCE_SAMPLES) return '';
  return WORDS.split(' ')
    .slice(0, Math.ceil(length / SAMPLES_PER_WORD))
    .join(' ');
}

serve(upstreamHandlers({ relay: new Nova(), baseline: new Nova() }));
