import type { SpeechEvent } from '../../stages/synthesizer.ts';

export async function* clausesOf(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** Clauses with the number of their samples, in the order they came. */
export function samplesOf(events: readonly SpeechEvent[]): [clause: string, samples: number][] {
  const clauses: [string, number][] = [];
  for (const event of events) {
    if (event.type === 'clause-started') clauses.push([event.text, 0]);
    if (event.type === 'speech-audio') clauses.at(-1)![1] += event.samples.length;
  }
  return clauses;
}
