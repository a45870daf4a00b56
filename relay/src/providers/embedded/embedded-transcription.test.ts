import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import type { TranscriptEvent } from '../../call/stages/transcriber/transcriber.ts';
import { EmbeddedTranscription, type RecogniserLease } from './embedded-transcriber.ts';
import type { RecogniserAnswer, RecogniserRequest } from '@parley/recogniser';

type Answerer = (request: RecogniserRequest) => Promise<RecogniserAnswer>;

function scene(answer: Answerer) {
  const requests: RecogniserRequest[] = [];
  const controller = new AbortController();
  let releases = 0;
  const lease: RecogniserLease = {
    request(message) {
      requests.push(message);
      return answer(message);
    },
    release: () => {
      releases += 1;
    },
  };
  const { signal } = controller;
  const acquire = () => Promise.resolve(lease);
  return {
    transcription: new EmbeddedTranscription(acquire, { signal }),
    controller,
    requests,
    releases: () => releases,
  };
}

/** Hears "word 1", "word 1 word 2" and so on, one more at each request. */
function talkative(): Answerer {
  let heard = '';
  let count = 0;
  return (request) => {
    if (request.type === 'finish')
      return Promise.resolve({ type: 'final', text: heard, unrecognised: false });
    if (request.type === 'discard') return Promise.resolve({ type: 'discarded' });
    heard = `${heard} word ${(count += 1)}`.trim();
    return Promise.resolve({ type: 'partial', text: heard });
  };
}

/** Audio that could be a voice. */
const audible = (samples: number) => new Int16Array(samples).fill(1_000);

const settled = () => new Promise((resolve) => setImmediate(resolve));

const stuck: Answerer = () => new Promise<never>(() => {});

async function collect(events: AsyncIterable<TranscriptEvent>): Promise<TranscriptEvent[]> {
  const all: TranscriptEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('EmbeddedTranscription', () => {
  it('ends with the final transcript, and leaves its thread to others', async () => {
    const { transcription, requests, releases } = scene(talkative());
    transcription.push(audible(1_600));
    transcription.finalize();
    transcription.finalize();
    const events = await collect(transcription.events);
    expect(events.at(-1)).toEqual({
      type: 'transcript-final',
      text: 'word 1',
      unrecognised: false,
    });
    expect(requests.map(({ type }) => type)).toEqual(['audio', 'finish', 'discard']);
    expect(releases()).toBe(1);
  });

  it('needs no thread for silence, however long, and one for what follows it', async () => {
    const silent = scene(stuck);
    for (let second = 0; second < 20; second += 1)
      silent.transcription.push(new Int16Array(16_000).fill(90));
    silent.transcription.finalize();
    expect(await collect(silent.transcription.events)).toEqual([
      { type: 'transcript-final', text: '', unrecognised: false },
    ]);
    expect(silent.requests).toEqual([]);

    const late = scene(talkative());
    late.transcription.push(new Int16Array(1_600));
    late.transcription.push(audible(1_600));
    late.transcription.finalize();
    await collect(late.transcription.events);
    expect(late.requests.map(({ type }) => type)).toEqual(['audio', 'audio', 'finish', 'discard']);
  });

  it('lets silence be decoded once it is very long', async () => {
    const { transcription, requests } = scene(talkative());
    for (let second = 0; second < 32; second += 1) transcription.push(new Int16Array(16_000));
    await settled();
    expect(requests.length).toBeGreaterThan(0);
  });

  it('tells of a doubt beside the words', async () => {
    const doubtful = {
      type: 'final',
      text: 'fifty',
      unrecognised: false,
      isDoubtful: true,
    } as const;
    const { transcription } = scene((request) =>
      Promise.resolve(request.type === 'finish' ? doubtful : { type: 'partial', text: '' }),
    );
    transcription.push(audible(1_600));
    transcription.finalize();
    expect(await collect(transcription.events)).toEqual([
      { type: 'transcript-final', text: 'fifty', unrecognised: false, isDoubtful: true },
    ]);
  });

  it('hands on each piece in its order, and leaves nothing out', async () => {
    const { transcription, requests } = scene(talkative());
    for (let chunk = 1; chunk <= 10; chunk += 1)
      transcription.push(new Int16Array(1_600).fill(1_000 + chunk));
    transcription.push(new Int16Array(0));
    transcription.finalize();
    await collect(transcription.events);
    const audio = requests.flatMap((request) =>
      request.type === 'audio' ? [request.samples[0]! - 1_000] : [],
    );
    expect(audio).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('tells a partial only when it says something new', async () => {
    const { transcription } = scene((request) =>
      Promise.resolve(
        request.type === 'audio'
          ? { type: 'partial', text: request.samples[0] === 1_000 ? '' : 'same' }
          : { type: 'final', text: 'same', unrecognised: false },
      ),
    );
    const reading = collect(transcription.events);
    for (const sample of [1_000, 1_007, 1_007]) {
      transcription.push(new Int16Array(1_600).fill(sample));
      await settled();
    }
    transcription.finalize();
    expect((await reading).map(({ type }) => type)).toEqual([
      'transcript-partial',
      'transcript-final',
    ]);
  });

  it('ends its events when aborted, and leaves the thread with the next answer', async () => {
    const answer = Promise.withResolvers<RecogniserAnswer>();
    const { transcription, controller, requests } = scene(() => answer.promise);
    transcription.push(audible(16_000));
    const reading = collect(transcription.events);
    await settled();
    controller.abort();
    await expect(reading).resolves.toEqual([]);
    answer.resolve({ type: 'partial', text: 'too late' });
    await settled();
    transcription.push(audible(1_600));
    transcription.finalize();
    await settled();
    expect(requests.map(({ type }) => type)).toEqual(['audio', 'discard']);
  });

  it('needs no thread if it was aborted before it began', async () => {
    const { transcription, controller, requests } = scene(stuck);
    controller.abort();
    transcription.push(audible(1_600));
    await expect(collect(transcription.events)).resolves.toEqual([]);
    expect(requests).toEqual([]);
  });

  it('fails rather than hoard more than a minute of audio', async () => {
    const { transcription } = scene(stuck);
    for (let piece = 0; piece <= 601; piece += 1) transcription.push(audible(1_600));
    await expect(collect(transcription.events)).rejects.toMatchObject({
      code: 'transcriber_failed',
    });
  });

  it('waits for a recogniser with all of its audio, and no longer than it is wanted', async () => {
    const waits: { readonly signal: AbortSignal; readonly since: Promise<void> }[] = [];
    const granted = Promise.withResolvers<RecogniserLease>();
    const controller = new AbortController();
    const transcription = new EmbeddedTranscription(
      (signal, since) => {
        waits.push({ signal, since });
        return granted.promise;
      },
      { signal: controller.signal },
    );
    let isPressing = false;
    transcription.push(audible(1_600));
    transcription.push(audible(1_600));
    void waits[0]!.since.then(() => (isPressing = true));
    await settled();
    expect(isPressing).toBe(false);
    transcription.finalize();
    await settled();
    expect({ isPressing, waits: waits.length }).toEqual({ isPressing: true, waits: 1 });
    controller.abort();
    expect(waits[0]!.signal.aborted).toBe(true);
    granted.reject(controller.signal.reason);
    await expect(collect(transcription.events)).resolves.toEqual([]);
  });

  it('passes on that no recogniser became free', async () => {
    const transcription = new EmbeddedTranscription(
      () => Promise.reject(new ParleyError('capacity_exhausted')),
      { signal: new AbortController().signal },
    );
    transcription.push(audible(1_600));
    await expect(collect(transcription.events)).rejects.toMatchObject({
      code: 'capacity_exhausted',
    });
  });

  it('passes on the failure of its thread, and gives it back', async () => {
    const { transcription, releases } = scene(() =>
      Promise.reject(new ParleyError('transcriber_failed')),
    );
    transcription.push(audible(1_600));
    await expect(collect(transcription.events)).rejects.toMatchObject({
      code: 'transcriber_failed',
    });
    expect(releases()).toBe(1);
  });
});
