import { createEmbeddedTranscriber } from '@parley/relay/testing';
import { toPcm16 } from '@parley/shared/audio/pcm16';
import { resample } from '@parley/shared/audio/stream-resampler';
import { joined, MICROPHONE_HZ, silence } from '../../support/wav.ts';

/** Longest that a recording may take to be recognised. */
const ANSWER_MS = 30_000;

/** The candidates for the answers of these tests. */
const ANSWERS = [
  ...['forty eight', 'forty nine', 'fifty four', 'fifty five', 'fifty six', 'sixty three'].map(
    (product) => `seven times eight is ${product}`,
  ),
  ...['four', 'five', 'nine', 'ten'].flatMap((seconds) => [
    `your timer is set for ${seconds} seconds`,
    `your ${seconds} second timer is done`,
  ]),
  'elephants remember everything',
  'nobody expected chocolate',
];

type Transcriber = ReturnType<typeof createEmbeddedTranscriber>;

/** By what each chooses from. Starting one takes seconds, so they last as long as this process. */
const transcribers = new Map<string, Promise<Transcriber>>();

/**
 * Listens to recordings with the embedded recogniser, which is given only `sentences` to choose
 * from, or to refuse them all.
 *
 * @returns for each recording the sentence that it is; '' if it was none of them
 */
export function recognise(
  recordings: readonly Float32Array[],
  rateHz: number,
  sentences: readonly string[] = ANSWERS,
): Promise<readonly string[]> {
  return transcribe(recordings, rateHz, sentences.join(' | '));
}

/**
 * Listens to a recording with the embedded recogniser, which is given only `words` to choose from:
 * any of them, in any order, as often as they are said. Long ones are the easiest to distinguish.
 */
export async function recogniseWords(
  recording: Float32Array,
  rateHz: number,
  words: readonly string[],
): Promise<readonly string[]> {
  const [text] = await transcribe([recording], rateHz, `(${words.join(' | ')})+`);
  return wordsOf(text ?? '');
}

/** The words of a text, in lower case, without its marks. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[a-z']+/g) ?? [];
}

/** @param sentence - what may be said, as the right side of a JSGF rule */
async function transcribe(
  recordings: readonly Float32Array[],
  rateHz: number,
  sentence: string,
): Promise<readonly string[]> {
  const transcriber = await transcriberOf(sentence);
  const texts: string[] = [];
  for (const recording of recordings) {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const transcription = await transcriber.open({ language: 'en-US', signal });
    const samples = toPcm16(resample(recording, rateHz, MICROPHONE_HZ));
    transcription.push(joined(silence(300), samples, silence(300)));
    transcription.finalize();
    for await (const event of transcription.events) {
      if (event.type === 'transcript-final') texts.push(event.text);
    }
  }
  return texts;
}

function transcriberOf(sentence: string): Promise<Transcriber> {
  const known = transcribers.get(sentence);
  if (known !== undefined) return known;
  const started = startTranscriber(sentence);
  transcribers.set(sentence, started);
  return started;
}

async function startTranscriber(sentence: string): Promise<Transcriber> {
  const transcriber = createEmbeddedTranscriber({
    grammar: { rules: `<sentence> = ${sentence};`, utterance: 'sentence', pronunciations: {} },
    maxWorkers: 1,
    answerMs: ANSWER_MS,
  });
  // On a busy machine it starts for longer than a test may wait for it.
  await transcriber.warm(1);
  return transcriber;
}
