import { once } from 'node:events';
import { connect } from 'node:net';
import OpenAI, { AuthenticationError, toFile } from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { toneFor, type Simulator } from '../kit/simulator.ts';
import type { OpenAiBehaviour } from './answering.ts';
import { startOpenAiSimulator } from './openai-simulator.ts';

/** The vendor's own library, unmodified, is the referee of the simulator. */
let simulator: Simulator;
afterEach(() => simulator[Symbol.asyncDispose]());

async function start(behaviour?: OpenAiBehaviour, apiKey?: string) {
  simulator = await startOpenAiSimulator(behaviour);
  return new OpenAI({
    apiKey: apiKey ?? simulator.key,
    baseURL: `${simulator.url}/v1`,
    maxRetries: 0,
  });
}

const speech = () => toFile(encodeWav(toneFor('How are you?', 16_000), 16_000), 'speech.wav');

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

describe("OpenAI's own library", () => {
  it('transcribes a file', async () => {
    const client = await start();
    const heard = await client.audio.transcriptions.create({
      file: await speech(),
      model: 'gpt-transcribe',
      language: 'en',
    });
    expect(heard.text).toBe('11520 samples');
    expect(simulator.complaints).toEqual([]);
  });

  it('transcribes a file word by word', async () => {
    const client = await start({ hear: () => 'how are you' });
    const events = await collect(
      await client.audio.transcriptions.create({
        file: await speech(),
        model: 'gpt-transcribe',
        stream: true,
      }),
    );
    const deltas = events.filter((event) => event.type === 'transcript.text.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe('how are you');
    expect(events.at(-1)).toMatchObject({ type: 'transcript.text.done', text: 'how are you' });
    expect(simulator.complaints).toEqual([]);
  });

  it('speaks', async () => {
    const client = await start();
    const answer = await client.audio.speech.create({
      model: 'gpt-4o-mini-tts',
      voice: 'coral',
      input: 'Good morning.',
      response_format: 'pcm',
    });
    const chunks = await collect(answer.body as unknown as AsyncIterable<Uint8Array>);
    const tone = toneFor('Good morning.', 24_000);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(tone.buffer));
    expect(simulator.complaints).toEqual([]);
  });

  it('streams a chat, with its usage where that is asked for', async () => {
    const client = await start({ answer: (question) => `I heard ${question}` });
    const ask = (stream_options?: { include_usage: boolean }) =>
      client.chat.completions.create({
        model: 'gpt-5.4-mini',
        messages: [{ role: 'user', content: 'good morning' }],
        stream: true,
        ...(stream_options === undefined ? {} : { stream_options }),
      });
    const chunks = await collect(await ask({ include_usage: true }));
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe('I heard good morning');
    expect(chunks.map((chunk) => chunk.choices[0]?.finish_reason)).toContain('stop');
    expect(chunks.at(-1)?.usage).toEqual({
      prompt_tokens: 3,
      completion_tokens: 5,
      total_tokens: 8,
    });
    expect((await collect(await ask())).some(({ usage }) => usage != null)).toBe(false);
    expect(simulator.complaints).toEqual([]);
  });

  it('is asked for a tool, and takes its result', async () => {
    const client = await start({
      useTool: (_question, [name]) => ({ name: name!, input: { city: 'Oslo' } }),
      answerAfterTool: () => 'It is cold.',
    });
    const runner = client.chat.completions.runTools({
      model: 'gpt-5.4-mini',
      stream: true,
      messages: [{ role: 'user', content: 'How is the weather in Oslo?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'Tells the weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse,
            function: ({ city }: { city: string }) => `cold in ${city}`,
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('It is cold.');
    expect(runner.messages).toContainEqual(
      expect.objectContaining({ role: 'tool', content: 'cold in Oslo' }),
    );
    expect(simulator.complaints).toEqual([]);
  });

  it('lists models', async () => {
    const client = await start();
    expect((await collect(client.models.list())).map(({ id }) => id)).toContain('gpt-transcribe');
    expect(simulator.complaints).toEqual([]);
  });

  it('says in its own words that a key is wrong', async () => {
    const client = await start({}, 'no-such-key');
    await expect(client.models.list()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(
      client.audio.speech.create({ model: 'tts-1', voice: 'ash', input: 'Hello' }),
    ).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' });
    await expect(
      client.audio.transcriptions.create({ file: await speech(), model: 'gpt-transcribe' }),
    ).rejects.toBeInstanceOf(AuthenticationError);
  });

  it('needs no key where the server is only compatible', async () => {
    simulator = await startOpenAiSimulator({ flavour: 'compatible' });
    const response = await fetch(`${simulator.url}/v1/models`);
    expect(response.status).toBe(200);
    expect(simulator.complaints).toEqual([]);
  });
});

describe("OpenAI's own realtime library", () => {
  /** It insists on TLS; its `ws` is handed a plain connection instead, as its options allow. */
  const listen = (client: OpenAI) =>
    new OpenAIRealtimeWS(
      {
        intent: 'transcription',
        options: { createConnection: () => connect(Number(new URL(simulator.url).port)) },
      },
      client,
    );

  it('transcribes live audio, one utterance after the other', async () => {
    // What was recorded at 16 kHz is heard at 16 kHz, at any rate it is sent at.
    const lengths: number[] = [];
    const client = await start({
      hear: (audio) => {
        lengths.push(audio.length);
        return 'how are you';
      },
    });
    const session = listen(client);
    const audio = Buffer.from(toneFor('How are you?', 24_000).buffer);
    const errors: Error[] = [];
    session.on('error', (error) => void errors.push(error));
    const transcripts: string[] = [];
    let deltas = '';
    const { promise, resolve } = Promise.withResolvers<void>();
    const utter = () => {
      for (let at = 0; at < audio.length; at += 4_800)
        session.send({
          type: 'input_audio_buffer.append',
          audio: audio.subarray(at, at + 4_800).toString('base64'),
        });
      session.send({ type: 'input_audio_buffer.commit' });
    };
    session.on('session.created', () =>
      session.send({
        type: 'session.update',
        session: {
          type: 'transcription',
          audio: {
            input: {
              format: { type: 'audio/pcm', rate: 24_000 },
              transcription: { model: 'gpt-live-transcribe', language: 'en' },
              turn_detection: null,
            },
          },
        },
      }),
    );
    session.on('session.updated', utter);
    session.on('conversation.item.input_audio_transcription.delta', ({ delta }) => {
      deltas += delta ?? '';
    });
    session.on('conversation.item.input_audio_transcription.completed', ({ transcript }) => {
      transcripts.push(transcript);
      if (transcripts.length < 2) utter();
      else resolve();
    });
    await promise;
    session.close();
    await once(session.socket, 'close');
    expect(transcripts).toEqual(['how are you', 'how are you']);
    expect(deltas).toBe('how are youhow are you');
    expect(Math.max(...lengths)).toBe(11_520);
    expect(errors).toEqual([]);
    expect(simulator.complaints).toEqual([]);
  });

  it('has a text read aloud, outside of the conversation', async () => {
    const client = await start();
    const session = new OpenAIRealtimeWS(
      {
        model: 'gpt-realtime-2.1-mini',
        options: { createConnection: () => connect(Number(new URL(simulator.url).port)) },
      },
      client,
    );
    const errors: Error[] = [];
    session.on('error', (error) => void errors.push(error));
    session.on('session.created', () =>
      session.send({
        type: 'response.create',
        response: {
          conversation: 'none',
          metadata: { clause: 'first' },
          instructions: 'Read the message word for word.',
          input: [
            {
              type: 'message',
              role: 'user',
              content: [{ type: 'input_text', text: 'Good morning.' }],
            },
          ],
          output_modalities: ['audio'],
          audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin' } },
          reasoning: { effort: 'minimal' },
          tool_choice: 'none',
        },
      }),
    );
    const clauses: unknown[] = [];
    const pieces: Buffer[] = [];
    const transcripts: string[] = [];
    session.on('response.created', ({ response }) => void clauses.push(response.metadata));
    session.on('response.output_audio.delta', ({ delta }) => {
      pieces.push(Buffer.from(delta, 'base64'));
    });
    session.on('response.output_audio_transcript.done', (event) => {
      transcripts.push(event.transcript);
    });
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    session.on('response.done', ({ response }) => resolve(response.status));
    expect(await promise).toBe('completed');
    session.close();
    await once(session.socket, 'close');
    expect(clauses).toEqual([{ clause: 'first' }]);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(toneFor('Good morning.', 24_000).buffer));
    expect(transcripts).toEqual(['Good morning.']);
    expect(errors).toEqual([]);
    expect(simulator.complaints).toEqual([]);
  });

  it('is told of a commit without audio', async () => {
    const session = listen(await start());
    const { promise, resolve } = Promise.withResolvers<{ code?: string | null }>();
    session.on('error', ({ error }) => error && resolve(error));
    session.on('session.created', () => session.send({ type: 'input_audio_buffer.commit' }));
    expect(await promise).toMatchObject({ code: 'input_audio_buffer_commit_empty' });
    session.close();
  });

  it('is refused with a wrong key', async () => {
    const session = listen(await start({}, 'no-such-key'));
    const { promise, resolve } = Promise.withResolvers<Error>();
    session.on('error', resolve);
    expect((await promise).message).toContain('401');
  });
});
