import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDeepgramSimulator } from '../../../../simulators/deepgram/deepgram-simulator.ts';
import type { Fault } from '../../../../simulators/kit/fault.ts';
import type { Behaviour, Simulator } from '../../../../simulators/kit/simulator.ts';
import { eventually } from '../../../../test/support/eventually.ts';
import { systemClock } from '../../../base/lib/clock.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type {
  Transcriber,
  Transcription,
  TranscriptEvent,
} from '../../../call/stages/transcriber/transcriber.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { createFluxTranscriber } from './deepgram-flux-transcriber.ts';
import { createNovaTranscriber } from './deepgram-nova-transcriber.ts';

const context: ProviderContext = {
  clock: systemClock,
  logger: silentLogger,
  connectMs: 2_000,
  language: 'en-US',
};
const chunk = new Int16Array(1_600).fill(2_000);
const silence = new Int16Array(1_600);

let simulator: Simulator;
const owned: AsyncDisposable[] = [];

beforeEach(async () => {
  simulator = await startDeepgramSimulator();
});

afterEach(async () => {
  for (const one of owned.splice(0)) await one[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
});

const makers = {
  flux: (apiKey: string, more: Partial<ProviderContext> = {}) =>
    createFluxTranscriber({ baseUrl: simulator.url, apiKey }, { ...context, ...more }),
  nova: (apiKey: string, more: Partial<ProviderContext> = {}) =>
    createNovaTranscriber(
      { baseUrl: simulator.url, apiKey, model: 'nova-3' },
      { ...context, ...more },
    ),
};
type Kind = keyof typeof makers;

function make(
  kind: Kind,
  apiKey = simulator.key,
  more: Partial<ProviderContext> = {},
): Owned<Transcriber> {
  const transcriber = makers[kind](apiKey, more);
  owned.push(transcriber as AsyncDisposable);
  return transcriber;
}

function open(
  transcriber: Transcriber,
  signal = new AbortController().signal,
): Promise<Transcription> {
  return transcriber.open({ language: 'en-US', signal });
}

async function hear(transcription: Transcription): Promise<TranscriptEvent[]> {
  return Array.fromAsync(transcription.events);
}

async function restart(behaviour: Behaviour): Promise<void> {
  await simulator[Symbol.asyncDispose]();
  simulator = await startDeepgramSimulator(behaviour);
}

describe.each(['flux', 'nova'] as const)('%s', (kind) => {
  test('hears all audio once, partials first and then one final', async () => {
    const transcription = await open(make(kind));
    for (let n = 0; n < 25; n += 1) transcription.push(chunk);
    transcription.finalize();
    const events = await hear(transcription);
    expect(events.at(-1)).toEqual({
      type: 'transcript-final',
      text: '40000 samples',
      unrecognised: false,
    });
    expect(events.length).toBeGreaterThan(1);
    expect(new Set(events.slice(0, -1).map((event) => event.type))).toEqual(
      new Set(['transcript-partial']),
    );
    expect(simulator.complaints).toEqual([]);
  });

  test('serves one utterance after another', async () => {
    const transcriber = make(kind);
    const release = transcriber.prepare!();
    for (const seconds of [1, 2, 3]) {
      const transcription = await open(transcriber);
      for (let n = 0; n < seconds * 10; n += 1) transcription.push(chunk);
      transcription.finalize();
      expect((await hear(transcription)).at(-1)).toMatchObject({
        text: `${seconds * 16_000} samples`,
      });
    }
    release();
    await eventually(() => simulator.open === 0);
    expect(simulator.open).toBe(0);
    // Flux takes a fresh connection each time, and keeps one more ready; Nova takes the same.
    expect(simulator.requests).toBe(kind === 'nova' ? 1 : 4);
    expect(simulator.complaints).toEqual([]);
  });

  test('is sent Opus as it is, a packet a message, over connections of its own', async () => {
    const packets: Uint8Array[] = [];
    await restart({ onPacket: (packet) => void packets.push(packet) });
    const transcriber = make(kind);
    const release = transcriber.prepare!();
    const said = Array.from({ length: 25 }, (_, n) => Uint8Array.of(75, 0x85, n, n, n));
    for (const utterance of [1, 2]) {
      const { signal } = new AbortController();
      const inOpus = await transcriber.open({ language: 'en-US', codec: 'opus', signal });
      for (const packet of said) inOpus.pushOpus!({ packet, durationMs: 100 });
      inOpus.finalize();
      expect((await hear(inOpus)).at(-1)).toMatchObject({ text: '40000 samples' });
      expect(packets.splice(0)).toEqual(said);
      const inPcm16 = await open(transcriber);
      inPcm16.push(chunk);
      inPcm16.finalize();
      expect((await hear(inPcm16)).at(-1), `utterance ${utterance}`).toMatchObject({
        text: '1600 samples',
      });
    }
    expect(transcriber.takesOpus).toBe(true);
    release();
    await eventually(() => simulator.open === 0);
    // As in one codec: Flux takes a fresh connection each time, Nova the same, and each keeps one ready.
    expect(simulator.requests).toBe(kind === 'nova' ? 2 : 6);
    expect(simulator.complaints).toEqual([]);
  });

  test('without audio the final is empty', async () => {
    const transcription = await open(make(kind));
    transcription.finalize();
    expect(await hear(transcription)).toEqual([
      { type: 'transcript-final', text: '', unrecognised: false },
    ]);
    expect(simulator.complaints).toEqual([]);
  });

  test('a minute of audio and letters of any script pass', async () => {
    await restart({ hear: (audio) => `これは ${audio.length} 你好 🙂` });
    const transcription = await open(make(kind));
    for (let n = 0; n < 600; n += 1) transcription.push(chunk);
    transcription.finalize();
    expect((await hear(transcription)).at(-1)).toMatchObject({ text: 'これは 960000 你好 🙂' });
  });

  test('the memory of samples may be used again at once', async () => {
    await restart({ hear: (audio) => String(audio.every((sample) => sample === 2_000)) });
    const transcription = await open(make(kind));
    const memory = new Int16Array(1_600);
    for (let n = 0; n < 10; n += 1) {
      memory.fill(2_000);
      transcription.push(memory);
      memory.fill(-1);
    }
    transcription.finalize();
    expect((await hear(transcription)).at(-1)).toMatchObject({ text: 'true' });
  });

  test('aborting ends the events without an error and leaves nothing', async () => {
    const transcriber = make(kind);
    const abort = new AbortController();
    const transcription = await open(transcriber, abort.signal);
    transcription.push(chunk);
    const events = hear(transcription);
    abort.abort();
    expect(await events).toEqual([]);
    await eventually(() => simulator.open === 0);
    expect(simulator.open).toBe(0);
  });

  test('leaving the loop early leaves nothing', async () => {
    const transcription = await open(make(kind));
    for (let n = 0; n < 20; n += 1) transcription.push(chunk);
    for await (const event of transcription.events) {
      expect(event.type).toBe('transcript-partial');
      break;
    }
    await eventually(() => simulator.open === 0);
    expect(simulator.open).toBe(0);
  });

  test('opening rejects with the reason of an abort, on a line that is dead too', async () => {
    simulator.fail({ kind: 'half-open' }, 'first-use');
    const abort = new AbortController();
    const reason = new Error('enough');
    const opening = open(make(kind), abort.signal).catch((error: unknown) => error);
    await eventually(() => simulator.requests === 1);
    abort.abort(reason);
    expect(await opening).toBe(reason);
  });

  test('a dead line is given up when connecting takes too long', async () => {
    simulator.fail({ kind: 'half-open' }, 'first-use');
    const transcriber = make(kind, simulator.key, { connectMs: 50 });
    await expect(open(transcriber)).rejects.toMatchObject({ fault: 'timeout' });
  });

  test('a wrong key is unauthorized, for work and for the probe', async () => {
    const transcriber = make(kind, 'wrong');
    const expected = { fault: 'unauthorized', status: 401, provider: `deepgram-${kind}` };
    await expect(open(transcriber)).rejects.toMatchObject(expected);
    await expect(transcriber.probe!(new AbortController().signal)).rejects.toMatchObject(expected);
  });

  test('a probe costs no speech and leaves nothing', async () => {
    await make(kind).probe!(new AbortController().signal);
    await eventually(() => simulator.open === 0);
    expect([simulator.open, simulator.complaints]).toEqual([0, []]);
  });

  const faults: readonly [Fault, 'first-use' | 'mid-stream', string][] = [
    [{ kind: 'malformed' }, 'first-use', 'malformed'],
    [{ kind: 'malformed' }, 'mid-stream', 'malformed'],
    [{ kind: 'abrupt-close' }, 'first-use', 'closed'],
    [{ kind: 'abrupt-close' }, 'mid-stream', 'closed'],
  ];
  test.each(faults)('%o at %s is %s', async (fault, moment, expected) => {
    simulator.fail(fault, moment, 1);
    const transcriber = make(kind);
    const transcription = await open(transcriber);
    for (let n = 0; n < 25; n += 1) transcription.push(chunk);
    transcription.finalize();
    await expect(hear(transcription)).rejects.toMatchObject({ fault: expected });
    const next = await open(transcriber);
    next.push(chunk);
    next.finalize();
    expect((await hear(next)).at(-1)).toMatchObject({ text: '1600 samples' });
  });

  test.each([
    [{ kind: 'refuse' }, 'unreachable', undefined],
    [{ kind: 'status', status: 429, retryAfterS: 3 }, 'rate-limited', 3_000],
    [{ kind: 'status', status: 503 }, 'overloaded', undefined],
  ] as const)('%o at the connection is %s', async (fault, expected, retryAfterMs) => {
    simulator.fail(fault, 'first-use');
    await expect(open(make(kind))).rejects.toMatchObject({ fault: expected, retryAfterMs });
  });

  test('a stalled vendor can be left at any time', async () => {
    simulator.fail({ kind: 'stall' }, 'first-use');
    const abort = new AbortController();
    const transcription = await open(make(kind), abort.signal);
    transcription.push(chunk);
    const events = hear(transcription);
    abort.abort();
    expect(await events).toEqual([]);
    await eventually(() => simulator.open === 0);
    expect(simulator.open).toBe(0);
  });
});

test('flux tells of turns as they end, and needs nothing more when one has', async () => {
  const transcription = await open(make('flux'));
  for (let n = 0; n < 6; n += 1) transcription.push(chunk);
  for (let n = 0; n < 4; n += 1) transcription.push(silence);
  const told: string[] = [];
  for await (const event of transcription.events) {
    told.push(event.type);
    if (event.type === 'end-of-turn') transcription.finalize();
  }
  expect(told.filter((type) => type !== 'transcript-partial')).toEqual([
    'eager-end-of-turn',
    'end-of-turn',
    'transcript-final',
  ]);
  expect(simulator.complaints).toEqual([]);
});

test('flux joins the turns of someone who pauses and goes on', async () => {
  const transcription = await open(make('flux'));
  const pieces = [chunk, chunk, chunk, silence, silence, silence, chunk, chunk, silence, silence];
  for (const piece of [...pieces, silence, silence, chunk, chunk, chunk]) transcription.push(piece);
  transcription.finalize();
  const events = await hear(transcription);
  expect(events.map((event) => event.type)).toContain('turn-resumed');
  expect(events.at(-1)).toMatchObject({ text: '16000 samples 4800 samples' });
});

test('another language is heard by the multilingual model, with a hint', async () => {
  const transcription = await open(make('flux', simulator.key, { language: 'de-DE' }));
  transcription.push(chunk);
  transcription.finalize();
  expect((await hear(transcription)).at(-1)).toMatchObject({ text: '1600 samples' });
  expect(simulator.complaints).toEqual([]);
});
