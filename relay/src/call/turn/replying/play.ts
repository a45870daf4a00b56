import type { VoiceEvent } from '../../stages/synthesizer/synthesizer.ts';
import type { Captions } from './captions.ts';
import type { ReplyOptions } from './reply-options.ts';

/** Longest piece of voice in one frame: what an interruption may have wasted. */
const MAX_PIECE_MS = 200;

export interface PlayOptions extends Pick<ReplyOptions, 'item' | 'output' | 'pacer'> {
  readonly sampleRateHz: number;
  readonly captions: Captions;
  readonly signal: AbortSignal;
  readonly onEvent: (event: VoiceEvent) => void;
  /** A piece of voice goes out. */
  readonly onSending: (clause: number) => void;
}

/** Sends words and voice as they are to be played; returns when all was sent, or when aborted. */
export async function play(events: AsyncIterable<VoiceEvent>, options: PlayOptions): Promise<void> {
  const { captions, signal, onEvent } = options;
  for await (const event of events) {
    if (signal.aborted) return;
    onEvent(event);
    switch (event.type) {
      case 'clause-begun':
        captions.begun(event.clause);
        break;
      case 'words-timed':
      case 'clause-done':
        captions.timed(event.clause);
        break;
      case 'speech-audio':
        // First, so that history and captions never know different things.
        captions.timed(event.clause);
        await send(event.clause, event.samples, options);
    }
  }
}

async function send(clause: number, samples: Int16Array, options: PlayOptions): Promise<void> {
  const { item, sampleRateHz, pacer, output, signal, onSending } = options;
  const pieceSamples = Math.floor((sampleRateHz * MAX_PIECE_MS) / 1_000);
  for (let start = 0; start < samples.length; start += pieceSamples) {
    const piece = samples.subarray(start, start + pieceSamples);
    await pacer.ready((piece.length / sampleRateHz) * 1_000, signal);
    await output.writable(signal);
    if (signal.aborted) return;
    onSending(clause);
    output.audio(item, piece, false);
  }
}
