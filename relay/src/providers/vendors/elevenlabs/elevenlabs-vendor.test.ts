import { expect, it } from 'vitest';
import { startElevenLabsSimulator } from '../../../../simulators/elevenlabs/elevenlabs-simulator.ts';
import { SimulatorServer } from '../../../../simulators/kit/simulator-server.ts';
import type { Simulator } from '../../../../simulators/kit/simulator.ts';
import { simulatorTraffic, type Traffic } from '../../../../simulators/kit/traffic.ts';
import { simulatedVendor } from '../../../../test/support/simulated-vendor.ts';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import type { Transcription } from '../../../call/stages/transcriber/transcriber.ts';
import { createElevenLabsTranscriber } from './elevenlabs-vendor.ts';

const vendor = simulatedVendor(startElevenLabsSimulator, (access) =>
  createElevenLabsTranscriber({ ...access, model: 'scribe_v2_realtime' }),
);

function open(signal = new AbortController().signal): Promise<Transcription> {
  return vendor.adapter.open({ language: 'en-US', signal });
}

/** Speech, as far as its loudness goes. */
function speech(samples: number): Int16Array {
  return new Int16Array(samples).fill(5_000);
}

function pushInChunks(transcription: Transcription, samples: number): void {
  const chunk = speech(1_600);
  for (let at = 0; at < samples; at += 1_600) {
    transcription.push(chunk.subarray(0, Math.min(1_600, samples - at)));
  }
}

async function eventsOf(transcription: Transcription): Promise<[string, string][]> {
  const events = await Array.fromAsync(transcription.events);
  return events.map((event) => [event.type, 'text' in event ? event.text : '']);
}

it('gives guesses and then the final words', async () => {
  const transcription = await open();
  pushInChunks(transcription, 16_000);
  transcription.finalize();
  const events = await eventsOf(transcription);
  expect(events.length).toBeGreaterThan(1);
  expect(events.slice(0, -1).every(([type]) => type === 'transcript-partial')).toBe(true);
  expect(events.at(-1)).toEqual(['transcript-final', '16000 samples']);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('needs neither audio nor a request for silence, and little for a short word', async () => {
  const silent = await open();
  silent.finalize();
  expect(await eventsOf(silent)).toEqual([['transcript-final', '']]);
  const short = await open();
  short.push(speech(1_000));
  short.finalize();
  // Padded: a commit of less than 0.3 s would end the session.
  expect(await eventsOf(short)).toEqual([['transcript-final', '6400 samples']]);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('uses one socket for the utterances of a call, without the echo of the one before', async () => {
  const leave = vendor.adapter.prepare!();
  await expect.poll(() => vendor.simulator.open).toBe(1);
  for (const samples of [16_000, 8_000, 12_000]) {
    const transcription = await open();
    pushInChunks(transcription, samples);
    transcription.finalize();
    const events = await eventsOf(transcription);
    expect(events.at(-1)).toEqual(['transcript-final', `${samples} samples`]);
    expect(events.slice(0, -1).map(([, text]) => Number.parseInt(text, 10))).toSatisfy(
      (guesses: number[]) => guesses.every((guess) => guess < samples),
    );
  }
  expect(vendor.simulator.requests).toBe(1);
  leave();
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it('drops the echo of what another person said, however late it comes', async () => {
  let last = '';
  await vendor.restart(() =>
    new SimulatorServer({
      upgrade: () => (socket) => {
        const say = (type: string, text: string) =>
          socket.send(JSON.stringify({ message_type: type, text }));
        say('session_started', '');
        socket.on('message', (data) => {
          const { commit } = JSON.parse((data as Buffer).toString('utf8')) as { commit: boolean };
          if (last !== '') say('partial_transcript', last);
          if (commit) say('committed_transcript', (last = last === '' ? 'my secret' : 'hello'));
        });
      },
    }).listen(),
  );
  const leave = vendor.adapter.prepare!();
  const texts: string[] = [];
  for (let person = 0; person < 2; person += 1) {
    const transcription = await open();
    pushInChunks(transcription, 16_000);
    transcription.finalize();
    for (const [, text] of await eventsOf(transcription)) texts.push(text);
  }
  expect(texts).toEqual(['my secret', 'hello']);
  expect(vendor.simulator.requests).toBe(1);
  leave();
});

/** A vendor that commits by itself at the first audio of each utterance that has words here. */
function committingUnasked(unasked: readonly string[]): Promise<Simulator> {
  return new SimulatorServer({
    upgrade: () => (socket) => {
      const say = (type: string, text: string) =>
        socket.send(JSON.stringify({ message_type: type, text }));
      say('session_started', '');
      const waiting = [...unasked];
      let isFirst = true;
      socket.on('message', (data) => {
        const { commit } = JSON.parse((data as Buffer).toString('utf8')) as { commit: boolean };
        const words = isFirst ? waiting.shift() : undefined;
        if (words) {
          say('committed_transcript', words);
          say('partial_transcript', 'hel');
        }
        isFirst = commit;
        if (commit) say('committed_transcript', 'hello');
      });
    },
  }).listen();
}

it('fails rather than shows words that may be those of another person before', async () => {
  await vendor.restart(() => committingUnasked(['', 'my secret']));
  const leave = vendor.adapter.prepare!();
  const first = await open();
  pushInChunks(first, 16_000);
  first.finalize();
  expect(await eventsOf(first)).toEqual([['transcript-final', 'hello']]);
  const second = await open();
  pushInChunks(second, 16_000);
  await expect(eventsOf(second)).rejects.toMatchObject({ fault: 'malformed' });
  expect(vendor.simulator.requests).toBe(1);
  leave();
});

it('takes a commit of the vendor’s own on a new socket, which serves no other utterance', async () => {
  await vendor.restart(() => committingUnasked(['well']));
  const leave = vendor.adapter.prepare!();
  const transcription = await open();
  pushInChunks(transcription, 16_000);
  const texts: string[] = [];
  for await (const event of transcription.events) {
    if ('text' in event) texts.push(event.text);
    transcription.finalize();
  }
  expect(texts).toEqual(['well hel', 'well hello']);
  const next = await open();
  expect(vendor.simulator.requests).toBeGreaterThan(1);
  next.finalize();
  leave();
});

it('keeps a spare alive with a little silence, which is not taken for speech', async () => {
  const chunks: string[] = [];
  const listen = (message: unknown) => {
    const { way, text } = message as Traffic;
    if (way === 'in' && text !== undefined) chunks.push(text);
  };
  simulatorTraffic.subscribe(listen);
  const clock = new FakeClock();
  const waiting = vendor.open(vendor.simulator.key, { clock });
  const leave = waiting.prepare!();
  await expect.poll(() => vendor.simulator.open).toBe(1);
  await expect
    .poll(async () => {
      await clock.advance(1_000);
      return chunks.length;
    })
    .toBeGreaterThan(0);
  const kept = chunks.length * 320;
  const { signal } = new AbortController();
  const transcription = await waiting.open({ language: 'en-US', signal });
  pushInChunks(transcription, 16_000);
  transcription.finalize();
  const [, text] = (await eventsOf(transcription)).at(-1)!;
  expect(text).toBe(`${16_000 + kept} samples`);
  simulatorTraffic.unsubscribe(listen);
  leave();
  expect(vendor.simulator.complaints).toEqual([]);
});

it('joins the pieces of a minute, handed over at once', async () => {
  const transcription = await open();
  transcription.push(speech(60 * 16_000));
  transcription.finalize();
  const events = await eventsOf(transcription);
  expect(events.at(-1)).toEqual(['transcript-final', '480000 samples 480000 samples']);
  expect(vendor.simulator.complaints).toEqual([]);
});

it('commits a long utterance where it is quiet', async () => {
  const transcription = await open();
  transcription.push(speech(21 * 16_000));
  transcription.push(new Int16Array(1_600));
  transcription.push(speech(16_000));
  transcription.finalize();
  const first = 21 * 16_000 + 1_600;
  expect((await eventsOf(transcription)).at(-1)![1]).toBe(`${first} samples 16000 samples`);
});

it('leaves nothing open when aborted, at any time', async () => {
  const abort = new AbortController();
  vendor.simulator.fail({ kind: 'stall' }, 'first-use');
  const transcription = await open(abort.signal);
  pushInChunks(transcription, 16_000);
  transcription.finalize();
  const events = eventsOf(transcription);
  abort.abort();
  expect(await events).toEqual([]);
  await expect.poll(() => vendor.simulator.open).toBe(0);
  vendor.simulator.recover();
  vendor.simulator.fail({ kind: 'half-open' }, 'first-use');
  const late = new AbortController();
  const opening = open(late.signal);
  await expect.poll(() => vendor.simulator.requests).toBe(2);
  late.abort(new Error('no longer wanted'));
  await expect(opening).rejects.toThrow('no longer wanted');
});

it('closes the socket when the events are left early', async () => {
  const transcription = await open();
  pushInChunks(transcription, 16_000);
  for await (const event of transcription.events) {
    expect(event.type).toBe('transcript-partial');
    break;
  }
  await expect.poll(() => vendor.simulator.open).toBe(0);
});

it.each([
  ['abrupt-close', 'first-use', 'closed'],
  ['malformed', 'first-use', 'malformed'],
  ['abrupt-close', 'mid-stream', 'closed'],
] as const)('says what went wrong: %s at %s', async (kind, moment, fault) => {
  vendor.simulator.fail({ kind }, moment);
  const transcription = await open();
  pushInChunks(transcription, 16_000);
  transcription.finalize();
  await expect(eventsOf(transcription)).rejects.toMatchObject({ fault, isRetryable: true });
});

it('says what went wrong while opening', async () => {
  vendor.simulator.fail({ kind: 'status', status: 429, retryAfterS: 3 }, 'first-use', 1);
  await expect(open()).rejects.toMatchObject({ fault: 'rate-limited', retryAfterMs: 3_000 });
  vendor.simulator.fail({ kind: 'refuse' }, 'first-use', 1);
  await expect(open()).rejects.toMatchObject({ fault: 'unreachable' });
  const stranger = vendor.open('wrong');
  const { signal } = new AbortController();
  await expect(stranger.open({ language: 'en-US', signal })).rejects.toMatchObject({
    fault: 'unauthorized',
    isRetryable: false,
  });
  await expect(stranger.probe!(signal)).rejects.toMatchObject({ fault: 'unauthorized' });
  await vendor.adapter.probe!(signal);
});
