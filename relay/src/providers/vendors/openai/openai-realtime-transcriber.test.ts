import { afterEach, expect, test } from 'vitest';
import { SimulatorServer } from '../../../../simulators/kit/simulator-server.ts';
import type { Simulator } from '../../../../simulators/kit/simulator.ts';
import type { OpenAiBehaviour } from '../../../../simulators/openai/answering.ts';
import { startOpenAiSimulator } from '../../../../simulators/openai/openai-simulator.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { TranscriptEvent } from '../../../call/stages/transcriber/transcriber.ts';
import { createOpenAiRealtimeTranscriber } from './openai-realtime-transcriber.ts';

let simulator: Simulator;
let transcriber: ReturnType<typeof createOpenAiRealtimeTranscriber>;
afterEach(async () => {
  await transcriber[Symbol.asyncDispose]?.();
  await simulator[Symbol.asyncDispose]();
});

async function start(behaviour: OpenAiBehaviour = {}, model = 'gpt-live-transcribe') {
  connectTo(await startOpenAiSimulator(behaviour), model);
}

function connectTo(started: Simulator, model: string): void {
  simulator = started;
  transcriber = createOpenAiRealtimeTranscriber({
    server: {
      name: 'openai-realtime',
      baseUrl: `${simulator.url}/v1`,
      apiKey: simulator.key,
      hasModelList: true,
    },
    model,
    context: { clock: systemClock, logger: silentLogger, connectMs: 2_000, language: 'en-US' },
  });
}

const open = (language = 'en-US', signal = new AbortController().signal) =>
  transcriber.open({ language, signal });

async function hear(samples: number, language?: string): Promise<TranscriptEvent[]> {
  const stream = await open(language);
  for (let at = 0; at < samples; at += 1_600)
    stream.push(new Int16Array(Math.min(1_600, samples - at)).fill(1_000));
  stream.finalize();
  const events: TranscriptEvent[] = [];
  for await (const event of stream.events) events.push(event);
  return events;
}

const final = (text: string) => ({ type: 'transcript-final', text, unrecognised: false });

test('one socket serves a call, utterance after utterance', async () => {
  await start();
  const end = transcriber.prepare!();
  await expect.poll(() => simulator.open).toBe(1);
  for (const samples of [16_000, 8_000, 2_400])
    expect((await hear(samples)).at(-1)).toEqual(final(`${samples} samples`));
  expect(simulator.requests).toBe(1);
  end();
  await expect.poll(() => simulator.open).toBe(0);
  expect(simulator.complaints).toEqual([]);
});

test('words come while the person still speaks', async () => {
  await start({ hear: () => 'how are you' });
  const stream = await open();
  stream.push(new Int16Array(16_000).fill(1_000));
  const events = stream.events[Symbol.asyncIterator]();
  expect(await events.next()).toMatchObject({
    value: { type: 'transcript-partial', text: 'how are' },
  });
  stream.finalize();
  await events.return?.();
});

test.each([1, 1_599])('%i samples hold no words, and the server is not asked', async (samples) => {
  await start();
  expect(await hear(samples)).toEqual([final('')]);
  expect(simulator.complaints).toEqual([]);
});

test('a socket that heard something of an aborted utterance is not used again', async () => {
  await start();
  const end = transcriber.prepare!();
  await expect.poll(() => simulator.open).toBe(1);
  const abort = new AbortController();
  const stream = await open('en-US', abort.signal);
  stream.push(new Int16Array(16_000).fill(1_000));
  abort.abort();
  expect((await hear(8_000)).at(-1)).toEqual(final('8000 samples'));
  expect(simulator.requests).toBeGreaterThan(1);
  end();
});

test('what comes late of another person’s words is not heard in the next utterance', async () => {
  const words = ['my secret', 'hello'];
  const server = new SimulatorServer({
    upgrade: () => (socket) => {
      const say = (type: string, more: object = {}) =>
        socket.send(JSON.stringify({ type, event_id: 'event', ...more }));
      const about = (item: number, what: string, more: object) =>
        say(`conversation.item.input_audio_transcription.${what}`, {
          ...{ item_id: `item_${item}`, content_index: 0 },
          ...more,
        });
      let items = 0;
      socket.on('message', (data) => {
        const { type } = JSON.parse((data as Buffer).toString('utf8')) as { type: string };
        if (type === 'session.update') say('session.updated');
        if (items > 0) {
          about(items, 'delta', { delta: 'secret' });
          about(items, 'completed', { transcript: 'my secret' });
        }
        if (type !== 'input_audio_buffer.commit') return;
        items += 1;
        say('input_audio_buffer.committed', { item_id: `item_${items}` });
        about(items, 'completed', { transcript: words[items - 1] });
      });
    },
  });
  connectTo(await server.listen(), 'gpt-live-transcribe');
  const end = transcriber.prepare!();
  expect(await hear(16_000)).toEqual([final('my secret')]);
  expect(await hear(16_000)).toEqual([final('hello')]);
  expect(simulator.requests).toBe(1);
  end();
});

test('a language without a two-letter code is left to the model', async () => {
  await start();
  expect((await hear(8_000, 'yue-HK')).at(-1)).toEqual(final('8000 samples'));
  expect(simulator.complaints).toEqual([]);
});

test('a model that is not there is refused when the socket is opened', async () => {
  await start({}, 'no-such-model');
  await expect(open()).rejects.toMatchObject({ fault: 'rejected', stage: 'transcriber' });
  await expect.poll(() => simulator.open).toBe(0);
});
