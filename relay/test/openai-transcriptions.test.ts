import { describe, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { eventually } from './support/eventually.ts';
import { openAiRelays, refusal, wavFile } from './support/openai-library.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { finalWords, ScriptedTranscriber, transcriptOf } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

const clock = systemClock;
const model = 'whisper-1';
const CLIP = counting(7, 16_000);
const { start, startVendors } = openAiRelays();

describe('a transcription', () => {
  it('is what a call hears in the same recording, sample for sample', async () => {
    const { relay, client } = await start();
    const { text } = await client.audio.transcriptions.create({ file: await wavFile(CLIP), model });
    await using call = await TestCall.start(relay.url);
    call.speak(1, CLIP);
    const heard = await call.inbound.next('conversation.item.input_audio_transcription.completed');
    expect(text).toBe(heard.transcript);
    expect(text).toBe(transcriptOf(CLIP));
  });

  it('comes in each format that OpenAI writes', async () => {
    const transcriber = new ScriptedTranscriber({
      clock,
      onFinal: () => [finalWords('two words')],
    });
    const { client } = await start({ providers: { transcriber } });
    const file = await wavFile(CLIP);
    const as = (format: 'json' | 'verbose_json' | 'text' | 'srt' | 'vtt') =>
      client.audio.transcriptions.create({ file, model, language: 'en', response_format: format });
    const usage = { type: 'duration', seconds: 1 };
    expect(await as('json')).toMatchObject({ text: 'two words', usage });
    expect(await as('verbose_json')).toMatchObject({
      ...{ task: 'transcribe', language: 'english', duration: 1, text: 'two words', usage },
      segments: [{ id: 0, start: 0, end: 1, text: 'two words' }],
    });
    expect(await as('text')).toBe('two words\n');
    expect(await as('srt')).toBe('1\n00:00:00,000 --> 00:00:01,000\ntwo words\n\n');
    expect(await as('vtt')).toBe('WEBVTT\n\n00:00:00.000 --> 00:00:01.000\ntwo words\n\n');
    const stream = await client.audio.transcriptions.create({ file, model, stream: true });
    expect(await Array.fromAsync(stream)).toEqual([
      { type: 'transcript.text.delta', delta: 'two words' },
      { type: 'transcript.text.done', text: 'two words', usage },
    ]);
  });

  it('of a long recording is made of utterances, with nothing lost between them', async () => {
    const { client } = await start();
    const long = counting(0, 16_000 * 70);
    const heard = await client.audio.transcriptions.create({
      ...{ file: await wavFile(long), model, response_format: 'verbose_json' as const },
    });
    expect(heard.duration).toBe(70);
    const { segments = [] } = heard;
    expect(segments.length).toBeGreaterThan(2);
    expect(segments.map(({ text }) => text)).toEqual(
      segments.map(({ start: from, end }) =>
        transcriptOf(long.subarray(from * 16_000, end * 16_000)),
      ),
    );
    expect(segments.map(({ end }) => end).slice(0, -1)).toEqual(
      segments.map(({ start: from }) => from).slice(1),
    );
    expect(segments.at(-1)!.end).toBe(70);
  });

  it('is made by the next recogniser if the first fails, and paid for', async () => {
    const ledger = new TestLedger();
    const { vendors, client } = await startVendors({ money: ledger.money, hasSecond: true });
    const speech = await wavFile(new Int16Array(32_000).fill(1_000));
    const first = await client.audio.transcriptions.create({ file: speech, model });
    vendors.vendor('transcriber').fail({ kind: 'abrupt-close' }, 'mid-stream', 2);
    const second = await client.audio.transcriptions.create({ file: speech, model });
    expect(first.text).not.toBe('');
    expect(second.text).toBe(first.text);
    expect(ledger.of('transcriber').map(({ provider }) => provider)).toContain('elevenlabs');
    expect(ledger.of('transcriber')[0]).toMatchObject({
      provider: 'deepgram-nova',
      units: { audioMs: 2_000 },
    });
  });

  it('that nobody waits for any more is given up at the recogniser', async () => {
    const transcriber = new ScriptedTranscriber({ clock, onFinal: () => ['hang'] });
    const { client } = await start({ providers: { transcriber } });
    const gone = new AbortController();
    const asked = client.audio.transcriptions.create(
      { file: await wavFile(CLIP), model },
      { signal: gone.signal },
    );
    asked.catch(() => {});
    await eventually(() => transcriber.openStreams === 1);
    gone.abort();
    await expect(asked).rejects.toThrow();
    await eventually(() => transcriber.openStreams === 0);
    expect(transcriber.openStreams).toBe(0);
  });

  it('of words that a recogniser cannot place says so', async () => {
    const transcriber = new ScriptedTranscriber({ clock, onFinal: () => [finalWords('', true)] });
    const { client } = await start({ providers: { transcriber } });
    const file = await wavFile(CLIP);
    const refused = await refusal(client.audio.transcriptions.create({ file, model }));
    expect(refused).toMatchObject({ status: 422, code: 'speech_not_understood', param: 'file' });
  });
});
