import { describe, expect, it } from 'vitest';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { systemClock } from '../src/base/lib/clock.ts';
import { signIn } from './support/api.ts';
import { eventually } from './support/eventually.ts';
import { guestPlan, openAiRelays, refusal, wavFile } from './support/openai-library.ts';
import { counting } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';
import { TestLedger } from './support/test-ledger.ts';

const clock = systemClock;
const model = 'whisper-1';
const CLIP = counting(7, 16_000);
const { start, startVendors } = openAiRelays();

describe('a refusal', () => {
  it.each([
    ['no recording', { model }, 400, 'invalid_request', 'file'],
    ['an empty file', { file: new Uint8Array() }, 400, 'invalid_request', 'file'],
    ['an empty language', { language: 'tlh' }, 400, 'invalid_request', 'language'],
    ['an unknown format', { response_format: 'docx' }, 400, 'invalid_request', 'response_format'],
    [
      'times of words',
      { 'timestamp_granularities[]': 'word' },
      400,
      'invalid_request',
      'timestamp_granularities[]',
    ],
    ['no sound', { file: new Uint8Array(2_000).fill(9) }, 415, 'unsupported_format', 'file'],
    [
      'a damaged file',
      { file: encodeWav(CLIP, 16_000).slice(0, 30) },
      415,
      'unsupported_format',
      'file',
    ],
  ] as const)(
    'of a transcription of %s has OpenAI’s shape',
    async (_, given, status, code, param) => {
      const { relay } = await start();
      const form = new FormData();
      const fields = 'model' in given ? given : { file: encodeWav(CLIP, 16_000), ...given };
      for (const [name, value] of Object.entries(fields)) {
        form.set(name, typeof value === 'string' ? value : new Blob([value]));
      }
      const response = await fetch(`${relay.url}/v1/audio/transcriptions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await signIn(relay.url)}` },
        body: form,
      });
      expect(response.status).toBe(status);
      expect(response.headers.get('x-request-id')).toMatch(/^req_/);
      expect(await response.json()).toEqual({
        error: {
          message: expect.any(String) as string,
          type: 'invalid_request_error',
          param,
          code,
        },
      });
    },
  );

  it('of a recording that is too long, or too large, says so', async () => {
    const { client } = await start({ env: guestPlan({ session_duration_s: 2 }) });
    const ask = async (samples: number) =>
      refusal(
        client.audio.transcriptions.create({ file: await wavFile(new Int16Array(samples)), model }),
      );
    expect(await ask(40_000)).toMatchObject({ status: 413, code: 'audio_too_long' });
    expect(await ask(14_000_000)).toMatchObject({ status: 413, code: 'payload_too_large' });
  });

  it('of speech names the field', async () => {
    const { client } = await start();
    const ask = (fields: object) =>
      refusal(
        client.audio.speech.create({ input: 'Hi.', model: 'tts-1', voice: 'alloy', ...fields }),
      );
    expect(await ask({ input: 'a'.repeat(4_097) })).toMatchObject({ status: 400, param: 'input' });
    expect(await ask({ input: '' })).toMatchObject({ status: 400, param: 'input' });
    expect(await ask({ speed: 9 })).toMatchObject({ status: 400, param: 'speed' });
    expect(await ask({ response_format: 'aac' })).toMatchObject({
      ...{ status: 400, code: 'unsupported_format', param: 'response_format' },
    });
  });

  it('without a key, at an unknown address, or from a foreign page has it, too', async () => {
    const { relay } = await start({ env: { ALLOWED_ORIGINS: 'https://friend.example' } });
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(relay.url + path, init);
      const { error } = (await response.json()) as { error: { code: string; type: string } };
      return [response.status, error.code, error.type];
    };
    const post = { method: 'POST' };
    const unauthorized = [401, 'unauthorized', 'authentication_error'];
    expect(await ask('/v1/models')).toEqual(unauthorized);
    expect(await ask('/v1/audio/speech', post)).toEqual(unauthorized);
    expect(await ask('/v1/audio/transcriptions', post)).toEqual(unauthorized);
    const unknown = [404, 'not_found', 'invalid_request_error'];
    expect(await ask('/v1/chat/completions', post)).toEqual(unknown);
    const recording = { ...post, body: 'x'.repeat(20_000) };
    expect(await ask('/v1/audio/translations', recording)).toEqual(unknown);
    const notGot = [405, 'method_not_allowed', 'invalid_request_error'];
    expect(await ask('/v1/audio/speech')).toEqual(notGot);
    const foreign = { headers: { origin: 'https://foe.example' } };
    expect(await ask('/v1/models', foreign)).toEqual([
      403,
      'origin_not_allowed',
      'permission_error',
    ]);
    const preflight = await fetch(`${relay.url}/v1/audio/speech`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://friend.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-stainless-lang',
      },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://friend.example');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('x-stainless-lang');
  });

  it('comes if a caller asks too often, or for too much at once', async () => {
    const transcriber = new ScriptedTranscriber({ clock, onFinal: () => ['hang'] });
    const { client } = await start({
      providers: { transcriber },
      env: guestPlan({ turns_per_minute: 2, concurrent_sessions: 1 }),
    });
    const words = { input: 'Hi.', model, voice: 'alloy', response_format: 'pcm' } as const;
    const speak = () => client.audio.speech.create(words);
    const gone = new AbortController();
    const file = await wavFile(CLIP);
    const hanging = client.audio.transcriptions.create({ file, model }, { signal: gone.signal });
    hanging.catch(() => {});
    await eventually(() => transcriber.openStreams === 1);
    const atOnce = await refusal(speak());
    expect(atOnce).toMatchObject({ status: 429, code: 'rate_limited', type: 'rate_limit_error' });
    expect(Number(atOnce.headers!.get('retry-after'))).toBeGreaterThan(0);
    gone.abort();
    await expect.poll(speak).toMatchObject({ status: 200 });
    const often = await refusal(speak());
    expect(often).toMatchObject({ status: 429, code: 'rate_limited' });
  });

  it('comes if the budget is used up', async () => {
    const ledger = new TestLedger();
    const { client } = await startVendors({
      money: ledger.money,
      env: guestPlan({ day_usd: 0.1 }),
    });
    const file = await wavFile(new Int16Array(32_000).fill(1_000));
    await client.audio.transcriptions.create({ file, model });
    const refused = await refusal(client.audio.transcriptions.create({ file, model }));
    expect(refused).toMatchObject({
      status: 402,
      code: 'budget_exhausted',
      type: 'insufficient_quota',
    });
    expect(ledger.of('transcriber')).toHaveLength(1);
  });
});

it('a relay that drains says so', async () => {
  const { relay, client } = await start();
  await using call = await TestCall.start(relay.url);
  const stopped = relay.stop(10_000);
  const refused = await refusal(
    client.audio.speech.create({ input: 'Hi.', model, voice: 'alloy' }),
  );
  expect(refused).toMatchObject({ status: 503, code: 'draining' });
  expect(refused.headers!.get('retry-after')).not.toBeNull();
  await call.hangUp();
  await stopped;
});

describe('what there is', () => {
  it('is listed for OpenAI’s library, and for programs that ask without a key', async () => {
    const { relay, client } = await start();
    const { data } = await client.models.list();
    const ids = data.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['whisper-1', 'tts-1', 'scripted-transcriber-transcriber']),
    );
    expect(await client.models.retrieve('tts-1')).toMatchObject({
      owned_by: 'scripted-synthesizer',
    });
    expect(await refusal(client.models.retrieve('gpt-9'))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
    const open = async (path: string) => (await fetch(relay.url + path)).json();
    expect(await open('/v1/audio/voices')).toEqual({
      voices: [
        { id: 'one', name: 'First voice' },
        { id: 'two', name: 'Second voice' },
      ],
    });
    expect(await open('/v1/audio/models')).toMatchObject({
      models: [{ id: 'whisper-1' }, {}, {}, {}, {}, {}, {}, {}],
    });
  });
});
