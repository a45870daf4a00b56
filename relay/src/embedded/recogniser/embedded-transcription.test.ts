import { ParleyError } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import type { WorkerLease } from '../../lib/worker-pool.ts';
import type { TranscriptEvent } from '../../stages/transcriber.ts';
import { EmbeddedTranscription } from './embedded-transcription.ts';
import type { RecogniserAnswer, RecogniserRequest } from './recogniser-protocol.ts';

type Answerer = (request: RecogniserRequest) => Promise<RecogniserAnswer>;

function scene(answer: Answerer) {
  const requests: RecogniserRequest[] = [];
  const controller = new AbortController();
  let releases = 0;
  const lease: WorkerLease<RecogniserRequest, RecogniserAnswer> = {
    request(message) {
      requests.push(message);
      return answer(message);
    },
    release: () => {
      releases += 1;
    },
  };
  return {
    transcription: new EmbeddedTranscription(lease, { signal: controller.signal }),
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

const stuck: Answerer = () => new Promise<never>(() => {});

async function collect(events: AsyncIterable<TranscriptEvent>): Promise<TranscriptEvent[]> {
  const all: TranscriptEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe('EmbeddedTranscription', () => {
  it('ends with the final transcript and gives its thread back once', async () => {
    const { transcription, requests, releases } = scene(talkative());
    transcription.push(new Int16Array(1_600));
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

  it('copies what it is given, joins what waits, and leaves nothing out', async () => {
    const { transcription, requests } = scene(talkative());
    const memory = new Int16Array(1_600);
    for (let chunk = 1; chunk <= 10; chunk += 1) transcription.push(memory.fill(chunk));
    transcription.push(new Int16Array(0));
    transcription.finalize();
    await collect(transcription.events);
    const audio = requests.flatMap((request) =>
      request.type === 'audio' ? [request.samples] : [],
    );
    expect(audio.every((samples) => samples.length <= 4_800)).toBe(true);
    const chunks = audio
      .flatMap((samples) => [...samples])
      .filter((_, index) => index % 1_600 === 0);
    expect(chunks).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('tells a partial only when it says something new', async () => {
    const { transcription } = scene((request) =>
      Promise.resolve(
        request.type === 'audio'
          ? { type: 'partial', text: request.samples[0] === 0 ? '' : 'same' }
          : { type: 'final', text: 'same', unrecognised: false },
      ),
    );
    const reading = collect(transcription.events);
    for (const sample of [0, 7, 7]) {
      transcription.push(new Int16Array(1_600).fill(sample));
      await new Promise((resolve) => setImmediate(resolve));
    }
    transcription.finalize();
    expect((await reading).map(({ type }) => type)).toEqual([
      'transcript-partial',
      'transcript-final',
    ]);
  });

  it('ends its events and gives the thread back when aborted', async () => {
    const { transcription, controller, requests, releases } = scene(stuck);
    transcription.push(new Int16Array(16_000));
    const reading = collect(transcription.events);
    controller.abort();
    await expect(reading).resolves.toEqual([]);
    expect(releases()).toBe(1);
    transcription.push(new Int16Array(1_600));
    transcription.finalize();
    expect(requests.map(({ type }) => type)).toEqual(['audio', 'discard']);
  });

  it('gives the thread back when it was aborted before it began', () => {
    const aborted = AbortSignal.abort();
    let released = false;
    const lease = { request: stuck, release: () => (released = true) };
    void new EmbeddedTranscription(lease, { signal: aborted });
    expect(released).toBe(true);
  });

  it('fails rather than hoard more than a minute of audio', async () => {
    const { transcription, releases } = scene(stuck);
    for (let second = 0; second <= 61; second += 1) transcription.push(new Int16Array(16_000));
    await expect(collect(transcription.events)).rejects.toMatchObject({
      code: 'transcriber_failed',
    });
    expect(releases()).toBe(1);
  });

  it('passes on the failure of its thread', async () => {
    const { transcription, releases } = scene(() =>
      Promise.reject(new ParleyError('transcriber_failed')),
    );
    transcription.push(new Int16Array(1_600));
    await expect(collect(transcription.events)).rejects.toMatchObject({
      code: 'transcriber_failed',
    });
    expect(releases()).toBe(1);
  });
});
