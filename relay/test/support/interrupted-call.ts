import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { RecordedCaller } from './recorded-caller.ts';

const OUTAGE_MS = 300;

export interface InterruptedCall {
  readonly url: string;
  /** A question with a long answer, and what is said over it: whole chunks of 100 ms. */
  readonly question: Int16Array;
  readonly interruption: Int16Array;
  readonly pace: number;
}

/**
 * Makes a call in which an answer is interrupted, the connection is lost while that is said and
 * resumed, and something is typed at the end.
 *
 * @returns its flight recording
 */
export async function recordInterruptedCall(options: InterruptedCall): Promise<string> {
  const { url, question, interruption, pace } = options;
  await using caller = await RecordedCaller.start(url, pace);
  const { inbound, network, connection } = caller;

  caller.begin(1);
  await caller.speak(1, question, true);
  const first = await inbound.next('response.created');
  await inbound.until('voice', ({ frames }) => frames.find(({ item }) => item === first.item));

  caller.begin(2, { response_id: first.response_id, audio_end_ms: 100 });
  const halfway = Math.floor(interruption.length / 3_200) * 1_600;
  await caller.speak(2, interruption.subarray(0, halfway), false);
  network.cut();
  await sleep(systemClock, OUTAGE_MS, new AbortController().signal);
  network.mend();
  connection.retryNow();
  await inbound.next('session.resumed');
  await caller.speak(2, interruption.subarray(halfway), true);
  connection.send({
    type: 'conversation.item.truncate',
    response_id: first.response_id,
    audio_end_ms: 100,
  });
  await inbound.until('the second answer', ({ events }) =>
    events.find(
      (event) => event.type === 'response.done' && event.response_id !== first.response_id,
    ),
  );

  connection.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Thank you' }] },
  });
  await inbound.until('three responses', ({ events }) =>
    events.filter(({ type }) => type === 'response.done').length === 3 ? true : undefined,
  );
  return caller.recording;
}
