import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';

export async function* clausesOf(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** The number of samples of each clause, which must come one after the other. */
export function samplesOf(events: readonly SpeechEvent[]): readonly number[] {
  const samples: number[] = [];
  for (const event of events) {
    if (event.type === 'clause-begun') samples.push(0);
    if (event.clause !== samples.length - 1) throw new Error('A clause came out of its turn.');
    if (event.type === 'speech-audio') samples[event.clause]! += event.samples.length;
  }
  return samples;
}
