import type { RelayEvent } from '@parley/shared';
import { TestCall } from '../support/test-call.ts';

/** Two seconds, so that there are words before it is over. */
const SPEECH_SAMPLES = 32_000;
/** The value of every sample. */
const LOUDNESS = 1_000;

/** What a person got for a question. */
export interface Got {
  readonly texts: readonly string[];
  readonly statuses: readonly string[];
  /** Samples of voice. */
  readonly samples: number;
  /** From the end of speech to the end of the (first) reply's text and voice being sent. */
  readonly tookMs: number;
  /** Everything that was received, as text. */
  readonly raw: string;
}

/** Asks one question aloud, in a call of its own, and waits for its response. */
export async function askAloud(relayUrl: string): Promise<Got> {
  await using call = await TestCall.start(relayUrl);
  return await askAgain(call, 1);
}

/**
 * Says it without waiting for anything.
 *
 * @param utterance - its number in this call, from 1
 * @param loudness - the value of every sample
 */
export function sayQuestion(call: TestCall, utterance: number, loudness = LOUDNESS): void {
  call.speak(utterance, new Int16Array(SPEECH_SAMPLES).fill(loudness));
}

/**
 * Asks a question and, over the answer, another.
 *
 * @param utterance - of the first; the second has the next
 */
export async function askOverAnswer(call: TestCall, utterance: number): Promise<void> {
  const { inbound } = call;
  sayQuestion(call, utterance);
  const { response_id } = await inbound.next('response.created');
  const framesBefore = inbound.frames.length;
  await inbound.until('voice', ({ frames }) => frames.length > framesBefore || undefined);
  const heard = { response_id, audio_end_ms: 100 };
  const samples = new Int16Array(SPEECH_SAMPLES).fill(LOUDNESS);
  call.speak(utterance + 1, samples, heard);
  await inbound.until('the end of the first answer', ({ events }) =>
    events.find((event) => event.type === 'response.done' && event.response_id === response_id),
  );
  call.send({ type: 'conversation.item.truncate', ...heard });
  await inbound.until('the second answer', ({ events }) =>
    events.find((event) => event.type === 'response.done' && event.response_id !== response_id),
  );
}

/** @param utterance, loudness - as for `sayQuestion` */
export async function askAgain(
  call: TestCall,
  utterance: number,
  loudness = LOUDNESS,
): Promise<Got> {
  const before = call.inbound.received.length;
  sayQuestion(call, utterance, loudness);
  const endMs = performance.now();
  await call.inbound.next('response.done');
  const tookMs = performance.now() - endMs;
  const received = call.inbound.received.slice(before);
  const events = received.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
  return {
    texts: textsOf(events),
    statuses: events.flatMap((event) => (event.type === 'response.done' ? [event.status] : [])),
    samples: received.reduce(
      (sum, item) => sum + (item.kind === 'audio' ? item.frame.samples.length : 0),
      0,
    ),
    tookMs,
    raw: JSON.stringify(events),
  };
}

/** The words of each reply, in the order in which they began. */
function textsOf(events: readonly RelayEvent[]): string[] {
  const texts = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'response.created') texts.set(event.response_id, '');
    if (event.type === 'response.output_audio_transcript.delta') {
      texts.set(event.response_id, (texts.get(event.response_id) ?? '') + event.delta);
    }
  }
  return [...texts.values()];
}
