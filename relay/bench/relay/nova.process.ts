import { AUDIO_FRAME_HEADER_BYTES, UPLINK_CHUNK_SAMPLES } from '@parley/shared';
import { startDeepgramSimulator } from '../../simulators/deepgram/deepgram-simulator.ts';
import type { Simulator } from '../../simulators/kit/simulator.ts';
import { startOpenAiSimulator } from '../../simulators/openai/openai-simulator.ts';
import { serve } from '../process/serve.ts';
import { Arrivals } from './arrivals.ts';
import { MARK_OFFSET, readMark } from './marked-chunk.ts';
import { WITH_PAUSES } from './schedule.ts';
import type { Side, UpstreamAddress, UpstreamFigures, UpstreamHandlers } from './upstream.ts';

const WORDS = 'so what I would like to know is when the next train leaves and from which platform';
const SAMPLES_PER_WORD = 5_000;
const UTTERANCE_SAMPLES = WITH_PAUSES.speakingChunks * UPLINK_CHUNK_SAMPLES;
/** The voice of an answer, which hardly any utterance gets. */
const ANSWER_S = 0.1;

/** Deepgram's Nova, as its simulator speaks it, with a record of what arrives. */
class Nova {
  readonly #arrivals = new Arrivals(WITH_PAUSES);
  #simulator: Simulator | undefined;
  #peak = 0;

  get connections(): number {
    return this.#simulator?.open ?? 0;
  }

  get delivered(): number {
    return this.#arrivals.delivered;
  }

  /** @param offset - where the audio begins in what is handed on, bytes */
  async listen(offset: number): Promise<UpstreamAddress> {
    const arrived = ({ buffer, byteOffset, byteLength }: Int16Array | Uint8Array) => {
      this.#arrivals.arrived(
        readMark(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength), offset),
      );
      this.#peak = Math.max(this.#peak, simulator.open);
    };
    const simulator = await startDeepgramSimulator({
      hear: wordsOf,
      onAudio: arrived,
      onPacket: arrived,
    });
    this.#simulator = simulator;
    const chat = await startOpenAiSimulator({
      answer: () => 'Yes.',
      speak: (_, rateHz) => new Int16Array(rateHz * ANSWER_S),
    });
    const { url, key } = simulator;
    return { url, key, chatUrl: `${chat.url}/v1`, chatKey: chat.key };
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

const sides: Readonly<Record<Side, Nova>> = { relay: new Nova(), baseline: new Nova() };

serve({
  // A message that a pipe hands on still has the client's header; a relay's has none.
  listen: ({ side, isPipe, codec }) =>
    sides[side].listen(MARK_OFFSET[codec] + (isPipe ? AUDIO_FRAME_HEADER_BYTES : 0)),
  connections: (side: Side) => sides[side].connections,
  delivered: (side: Side) => sides[side].delivered,
  record: (side: Side) => sides[side].record(),
  take: (side: Side) => sides[side].take(),
} satisfies UpstreamHandlers);
