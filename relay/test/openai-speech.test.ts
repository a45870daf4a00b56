import { toFile } from 'openai';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '@parley/shared';
import { systemClock } from '../src/base/lib/clock.ts';
import { silentLogger } from '../src/base/lib/logger.ts';
import { CallObservers } from '../src/call/events/call-observers.ts';
import type { SpeechEvent } from '../src/call/stages/synthesizer/synthesizer.ts';
import { AudioRequests } from '../src/dialects/openai/audio-requests.ts';
import { openAiRoutes } from '../src/dialects/openai/routes.ts';
import { eventually } from './support/eventually.ts';
import { guestPlan, openAiRelays, refusal } from './support/openai-library.ts';
import { scriptedStages } from './support/scripted-stages.ts';
import { counting, ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { TestLedger } from './support/test-ledger.ts';

const clock = systemClock;
const { start, startVendors } = openAiRelays();

/** A voice that says where it is, and waits. */
class GatedVoice extends ScriptedSynthesizer {
  readonly begun = Promise.withResolvers<void>();
  readonly rest = Promise.withResolvers<void>();
  isLeft = false;

  override async *synthesize(
    clauses: AsyncIterable<string>,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<SpeechEvent> {
    signal.addEventListener('abort', () => this.rest.resolve());
    try {
      for await (const _ of clauses) {
        yield { type: 'clause-begun', clause: 0 };
        yield { type: 'speech-audio', clause: 0, samples: counting(0, 12_000) };
        this.begun.resolve();
        await this.rest.promise;
        yield { type: 'speech-audio', clause: 0, samples: counting(12_000, 12_000) };
        yield { type: 'clause-done', clause: 0 };
      }
    } finally {
      this.isLeft = true;
    }
  }
}

describe('speech', () => {
  const request = { input: 'Hello there.', model: 'tts-1', voice: 'alloy' } as const;

  it.each([
    ['mp3', 'audio/mpeg'],
    ['opus', 'audio/ogg'],
    ['wav', 'audio/wav'],
  ] as const)('in %s is a file that the relay itself can read', async (format, type) => {
    const synthesizer = new ScriptedSynthesizer({ clock, clauseMs: () => 3_000 });
    const { client } = await start({ providers: { synthesizer } });
    const spoken = await client.audio.speech.create({ ...request, response_format: format });
    expect(spoken.headers.get('content-type')).toBe(type);
    const file = await toFile(await spoken.bytes(), 'spoken');
    const { duration } = await client.audio.transcriptions.create({
      ...{ file, model: 'whisper-1', response_format: 'verbose_json' },
    });
    expect(duration).toBeGreaterThan(2.95);
    expect(duration).toBeLessThan(3.2);
  });

  it('is MP3 if no format is named, and PCM at 24 kHz without a header if that is', async () => {
    const synthesizer = new ScriptedSynthesizer({
      clock,
      sampleRateHz: 24_000,
      clauseMs: () => 500,
    });
    const { client } = await start({ providers: { synthesizer } });
    const plain = await client.audio.speech.create(request);
    expect(plain.headers.get('content-type')).toBe('audio/mpeg');
    await plain.bytes();
    const spoken = await client.audio.speech.create({ ...request, response_format: 'pcm' });
    const bytes = await spoken.bytes();
    expect(new Int16Array(bytes.slice().buffer)).toEqual(counting(0, 12_000));
  });

  it.each(['pcm', 'mp3', 'opus'] as const)(
    'in %s begins before it is all there',
    async (format) => {
      const synthesizer = new GatedVoice({ clock, sampleRateHz: 24_000 });
      const { client } = await start({ providers: { synthesizer } });
      const spoken = await client.audio.speech.create({ ...request, response_format: format });
      const reader = spoken.body!.getReader();
      // More than a header.
      for (let bytes = 0; bytes < 300;) bytes += (await reader.read()).value!.length;
      synthesizer.rest.resolve();
      let rest = 0;
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        rest += next.value.length;
      }
      expect(rest).toBeGreaterThan(300);
    },
  );

  it('comes as events, too', async () => {
    const { client } = await start();
    const spoken = await client.audio.speech.create({
      ...{ ...request, response_format: 'pcm', stream_format: 'sse' },
    });
    const lines = (await spoken.text()).split('\n\n').filter((line) => line !== '');
    const events = lines.map((line) => JSON.parse(line.replace('data: ', '')) as { type: string });
    expect(events[0]).toMatchObject({
      type: 'speech.audio.delta',
      audio: expect.any(String) as string,
    });
    expect(events.at(-1)).toMatchObject({ type: 'speech.audio.done', usage: { input_tokens: 12 } });
  });

  it('uses a voice of the relay by its name, OpenAI’s names for the first ones, and no other', async () => {
    const synthesizer = new ScriptedSynthesizer({ clock });
    const { client } = await start({ providers: { synthesizer } });
    for (const voice of ['two', 'alloy', 'echo', { id: 'one' }]) {
      const spoken = await client.audio.speech.create({
        ...{ ...request, voice, response_format: 'pcm' },
      });
      await spoken.bytes();
    }
    expect(synthesizer.asked).toEqual(['two', 'one', 'two', 'one']);
    const refused = await refusal(client.audio.speech.create({ ...request, voice: 'three' }));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request', param: 'voice' });
    expect(refused.message).toContain('one, two');
  });

  it.each(['pcm', 'mp3'] as const)(
    'in %s that nobody listens to any more is given up',
    async (format) => {
      const synthesizer = new GatedVoice({ clock, sampleRateHz: 24_000 });
      const { relay, client } = await start({
        providers: { synthesizer },
        env: guestPlan({ concurrent_sessions: 1 }),
      });
      const gone = new AbortController();
      const spoken = await client.audio.speech.create(
        { ...request, response_format: format },
        { signal: gone.signal },
      );
      await synthesizer.begun.promise;
      gone.abort();
      await spoken.bytes().catch(() => {});
      await eventually(() => synthesizer.isLeft);
      expect(synthesizer.isLeft).toBe(true);
      // Its place is free again.
      await expect
        .poll(() => client.audio.speech.create({ ...request, response_format: format }))
        .toMatchObject({ status: 200 });
      expect(relay.logs.lines.join()).not.toContain('unexpectedly');
    },
  );

  it.each(['pcm', 'mp3'] as const)(
    'in %s that is left before its first byte has gone out gives its place back',
    async (response_format) => {
      const synthesizer = new GatedVoice({ clock, sampleRateHz: 24_000 });
      const stages = scriptedStages(clock, { synthesizer });
      const who = { userId: 'guest_1', kind: 'guest', role: 'user', plan: 'guest' } as const;
      const known = {
        signIn: { identify: async () => ({ ...who, expiresAtMs: Infinity }) },
        providersOf: () => stages,
      };
      const requests = new AudioRequests({
        ...known,
        limiter: { takeTurn: () => true },
        settings: { policy: { planOf: () => ({ concurrentSessions: 1 }) } as never },
        money: undefined,
        observers: new CallObservers([], { logger: silentLogger }),
        ...{ isDraining: () => false, admission: { isOpen: true }, registry: { size: 0 } },
        proxies: { clientAddress: () => 'here' },
        config: { providers: { language: 'en-US' } },
        ...{ opus: undefined as never, reader: undefined as never, clock, logger: silentLogger },
      });
      const routes = openAiRoutes({ ...known, requests, choice: { all: stages } });
      const ask = () =>
        routes.request(
          '/v1/audio/speech',
          { method: 'POST', body: JSON.stringify({ ...request, response_format }) },
          { incoming: {}, outgoing: {} },
        );
      for (let times = 0; times < 2; times += 1) {
        synthesizer.isLeft = false;
        const left = await ask();
        expect(left.status).toBe(200);
        await left.body!.cancel();
        await eventually(() => synthesizer.isLeft);
      }
    },
  );

  it('that is being given when the relay stops is given to its end', async () => {
    const synthesizer = new GatedVoice({ clock, sampleRateHz: 24_000 });
    const { relay, client } = await start({ providers: { synthesizer } });
    const spoken = await client.audio.speech.create({ ...request, response_format: 'pcm' });
    const stopped = relay.stop(0);
    setImmediate(() => synthesizer.rest.resolve());
    expect((await spoken.bytes()).length).toBe(48_000);
    await stopped;
  });

  it('goes on with the next voice, and is paid for', async () => {
    const ledger = new TestLedger();
    const { vendors, client } = await startVendors({ money: ledger.money, hasSecond: true });
    vendors.vendor('synthesizer').fail({ kind: 'abrupt-close' }, 'mid-stream', 2);
    const spoken = await client.audio.speech.create({ ...request, response_format: 'pcm' });
    expect((await spoken.bytes()).length).toBeGreaterThan(0);
    const providers = ledger.of('synthesizer').map(({ provider }) => provider);
    expect(providers.at(-1)).toBe('deepgram-aura');
    expect(ledger.sum('synthesizer', 'characters')).toBeGreaterThanOrEqual(12);
  });

  it('that fails before its first sound is an error, not an empty file', async () => {
    const synthesizer = new ScriptedSynthesizer({
      clock,
      speak: () => [{ fail: new ParleyError('synthesizer_failed') }],
    });
    const { client } = await start({ providers: { synthesizer } });
    for (const format of ['wav', 'mp3'] as const) {
      const refused = await refusal(
        client.audio.speech.create({ ...request, response_format: format }),
      );
      expect(refused).toMatchObject({
        status: 502,
        code: 'synthesizer_failed',
        type: 'server_error',
      });
    }
  });

  it('that breaks off ends its connection, so that it is not taken for whole', async () => {
    const synthesizer = new ScriptedSynthesizer({
      ...{ clock, sampleRateHz: 24_000 },
      speak: (_, clause) => [
        { give: { type: 'clause-begun', clause } },
        { give: { type: 'speech-audio', clause, samples: counting(0, 24_000) } },
        { fail: new ParleyError('synthesizer_failed') },
      ],
    });
    const { client } = await start({ providers: { synthesizer } });
    const spoken = await client.audio.speech.create({ ...request, response_format: 'pcm' });
    await expect(spoken.bytes()).rejects.toThrow();
  });
});
