import { expect, it } from 'vitest';
import { startElevenLabsSimulator } from '../../../../simulators/elevenlabs/elevenlabs-simulator.ts';
import { simulatorTraffic, type Traffic } from '../../../../simulators/kit/traffic.ts';
import {
  defineVoiceCases,
  lengths,
  simulatedVendor,
  speak,
} from '../../../../test/support/simulated-vendor.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type { SpeechEvent } from '../../../call/stages/synthesizer/synthesizer.ts';
import { clausesOf } from '../../vendor-kit/synthesis/clauses.rig.ts';
import { createElevenLabsSynthesizer } from './elevenlabs-synthesizer.ts';

const vendor = simulatedVendor(startElevenLabsSimulator, (access) =>
  createElevenLabsSynthesizer({
    ...access,
    model: 'eleven_flash_v2_5',
    voices: [
      { id: 'first', label: 'First' },
      { id: 'second', label: 'Second' },
    ],
  }),
);

defineVoiceCases(vendor);

it('tells where each word lies in its clause', async () => {
  const events = await speak(vendor, 'One two three four five.', 'Six.');
  const timed = events
    .filter((event) => event.type === 'words-timed')
    .flatMap(({ words }) => words);
  expect(timed.map(({ text }) => text)).toEqual(['One', 'two', 'three', 'four', 'five.', 'Six.']);
  const [, two, , , five, six] = timed;
  // 60 ms a character.
  expect(two!.startMs).toBeCloseTo(4 * 60, -2);
  expect(five!.endMs).toBeCloseTo(24 * 60, -2);
  expect(six!.startMs).toBe(0);
});

it('uses one socket for the replies of a call', async () => {
  const leave = vendor.adapter.prepare!();
  await expect.poll(() => vendor.simulator.open).toBe(1);
  await speak(vendor, 'One.', 'Two.');
  await speak(vendor, 'Three.');
  expect(vendor.simulator.requests).toBe(1);
  leave();
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it('speaks no other language over the socket of one', async () => {
  const lines: number[] = [];
  const read = (message: unknown) => {
    const { way, text, line } = message as Traffic;
    if (way === 'in' && text?.includes('"text"') === true) lines.push(line);
  };
  simulatorTraffic.subscribe(read);
  const leave = vendor.adapter.prepare!();
  const { signal } = new AbortController();
  for (const language of ['de', 'fr', undefined, 'fil']) {
    const options = { voice: 'first', language, signal };
    await Array.fromAsync(vendor.adapter.synthesize(clausesOf('Hello.'), options));
  }
  leave();
  simulatorTraffic.unsubscribe(read);
  expect(new Set(lines).size).toBe(4);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('asks for another pace than the voice’s own', async () => {
  const asked: unknown[] = [];
  const read = (message: unknown) => {
    const { way, text } = message as Traffic;
    if (way !== 'in' || text === undefined) return;
    const { text: said, voice_settings: settings } = JSON.parse(text) as Record<string, unknown>;
    if (said !== undefined) asked.push(settings);
  };
  simulatorTraffic.subscribe(read);
  const { signal } = new AbortController();
  const clauses = clausesOf('Good morning.', 'And good day.');
  await Array.fromAsync(vendor.adapter.synthesize(clauses, { voice: 'first', speed: 0.8, signal }));
  await speak(vendor, 'Good evening.');
  simulatorTraffic.unsubscribe(read);
  expect(asked).toEqual([{ speed: 0.8 }, { speed: 0.8 }, undefined]);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('keeps a socket for a voice that a call uses', async () => {
  const leave = vendor.adapter.prepare!();
  await expect.poll(() => vendor.simulator.open).toBe(1);
  for (const text of ['One.', 'Two.', 'Three.']) {
    const { signal } = new AbortController();
    await Array.fromAsync(vendor.adapter.synthesize(clausesOf(text), { voice: 'second', signal }));
  }
  expect(vendor.simulator.requests).toBe(2);
  leave();
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it('takes no more than the clause after the one that is being read', async () => {
  const taken: number[] = [];
  async function* endless(): AsyncGenerator<string> {
    for (let n = 0; ; n += 1) {
      taken.push(n);
      yield `This is clause number ${n}.`;
    }
  }
  const { signal } = new AbortController();
  const source = vendor.adapter.synthesize(endless(), { voice: 'first', signal });
  const speech = source[Symbol.asyncIterator]();
  await speech.next();
  await speech.next();
  await speak(vendor, 'Long enough for anything that was still under way.');
  expect(taken).toEqual([0, 1]);
  await speech.return!(undefined);
});

it('leaves nothing open when aborted, also while it waits', async () => {
  vendor.simulator.fail({ kind: 'stall' }, 'mid-stream');
  const abort = new AbortController();
  const events: SpeechEvent[] = [];
  const listening = (async () => {
    const speech = vendor.adapter.synthesize(clausesOf('One two three four five.'), {
      voice: 'first',
      signal: abort.signal,
    });
    for await (const event of speech) {
      events.push(event);
      if (event.type === 'speech-audio') setImmediate(() => abort.abort());
    }
  })();
  await listening;
  expect(lengths(events)[0]).toBeGreaterThan(0);
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it.each([
  ['abrupt-close', 'closed', true],
  ['malformed', 'malformed', true],
  ['refuse', 'unreachable', true],
] as const)('says what went wrong: %s', async (kind, fault, isRetryable) => {
  vendor.simulator.fail({ kind }, 'first-use');
  await expect(speak(vendor, 'Good morning.')).rejects.toMatchObject({ fault, isRetryable });
});

it.each([
  [429, 'rate-limited', 2_000],
  [503, 'overloaded', undefined],
] as const)('passes on a status of %i', async (status, fault, retryAfterMs) => {
  const after = retryAfterMs === undefined ? {} : { retryAfterS: retryAfterMs / 1_000 };
  vendor.simulator.fail({ kind: 'status', status, ...after }, 'first-use');
  await expect(speak(vendor, 'Good morning.')).rejects.toMatchObject({
    status,
    fault,
    retryAfterMs,
  });
});

it('gives the first clause and then the failure of the second', async () => {
  const { signal } = new AbortController();
  const events: SpeechEvent[] = [];
  async function* clauses(): AsyncGenerator<string> {
    yield 'Good morning.';
    while (lengths(events)[0] !== 'Good morning.'.length * 60) await new Promise(setImmediate);
    vendor.simulator.fail({ kind: 'abrupt-close' }, 'mid-stream');
    yield 'It is nine o’clock.';
  }
  const work = (async () => {
    for await (const event of vendor.adapter.synthesize(clauses(), { voice: 'first', signal })) {
      events.push(event);
    }
  })();
  await expect(work).rejects.toMatchObject({ fault: 'closed' });
  expect(lengths(events)[0]).toBe('Good morning.'.length * 60);
});

it('is probed by opening a socket', async () => {
  const { signal } = new AbortController();
  await vendor.adapter.probe!(signal);
  const stranger = vendor.open('wrong');
  await expect(stranger.probe!(signal)).rejects.toSatisfy(
    (error) => error instanceof ProviderError && error.fault === 'unauthorized',
  );
});
