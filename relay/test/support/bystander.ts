import { expect } from 'vitest';
import { counting } from './scripted-synthesizer.ts';
import { joined, transcriptOf } from './scripted-transcriber.ts';
import { TestCall } from './test-call.ts';

/**
 * Runs `trouble` while another session is in the middle of a sentence, and holds that session's
 * whole call to what it is without trouble: every event, every sample, every number.
 */
export async function expectBystanderUnharmed(
  relayUrl: string,
  trouble: () => Promise<void>,
): Promise<void> {
  await using bystander = await TestCall.start(relayUrl);
  const speech = counting(100, 9 * 1_600);
  bystander.startSpeech(1);
  for (let chunk = 0; chunk < 4; chunk++) sendChunk(bystander, speech, chunk);
  await trouble();
  for (let chunk = 4; chunk < 9; chunk++) sendChunk(bystander, speech, chunk);
  bystander.stopSpeech(1);
  await bystander.inbound.next('response.done');

  const { inbound } = bystander;
  const kinds = inbound.received
    .map((item) => (item.kind === 'event' ? item.event.type : 'audio'))
    // How many of these there are depends on the moment they are sent, or on the voice.
    .filter(
      (kind) =>
        kind !== 'input_audio_buffer.ack' && kind !== 'response.output_audio_transcript.timed',
    );
  expect(kinds).toEqual([
    'session.created',
    'conversation.item.input_audio_transcription.completed',
    'response.created',
    'response.output_audio_transcript.delta',
    ...Array.from({ length: 4 }, () => 'audio'),
    'response.output_audio_transcript.delta',
    'audio',
    'response.output_audio.done',
    'response.done',
  ]);
  expect(inbound.seqs).toEqual(inbound.seqs.map((_, index) => index + 1));
  expect(inbound.ofType('conversation.item.input_audio_transcription.completed')).toMatchObject([
    { utterance: 1, transcript: transcriptOf(speech) },
  ]);
  expect(inbound.ofType('response.done')).toMatchObject([{ status: 'completed', error: null }]);
  const voice = joined(inbound.frames.map(({ samples }) => samples));
  expect(voice).toEqual(counting(0, voice.length));
}

function sendChunk(call: TestCall, speech: Int16Array, chunk: number): void {
  call.sendFrame(1, speech.subarray(chunk * 1_600, (chunk + 1) * 1_600), chunk === 8);
}
