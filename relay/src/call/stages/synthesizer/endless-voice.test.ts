import { describe, expect, it } from 'vitest';
import { sleep } from '../../../base/lib/clock.ts';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import type { SpeechEvent, Synthesizer, VoiceEvent } from './synthesizer.ts';
import { FakeSpeaker } from './speaker.fake.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import { longestSpeechMs } from './speaking-pace.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';

const HZ = 16_000;

/** Speaks its first clauses as others do, and has no end in the one after them. */
function endlessVoice(usualClauses: number): Synthesizer & { taken: number } {
  const voice = {
    name: 'endless',
    sampleRateHz: HZ,
    voices: [{ id: 'endless-voice', label: 'Endless' }],
    taken: 0,
    async *synthesize(clauses: AsyncIterable<string>): AsyncGenerator<SpeechEvent> {
      let clause = 0;
      for await (const text of clauses) {
        yield { type: 'clause-begun', clause };
        const usual = new Int16Array((text.length * 60 * HZ) / 1_000);
        yield { type: 'speech-audio', clause, samples: usual };
        const more = clause >= usualClauses ? Number.POSITIVE_INFINITY : 0;
        for (let piece = 0; piece < more; piece++) {
          voice.taken += 1;
          yield { type: 'speech-audio', clause, samples: new Int16Array(HZ) };
        }
        yield { type: 'clause-done', clause };
        clause++;
      }
    },
  };
  return voice;
}

/** A trickle that never ends: 4 ms of silence each 100 ms. */
function tricklingVoice(clock: FakeClock): Synthesizer {
  return {
    name: 'trickle',
    sampleRateHz: HZ,
    voices: [{ id: 'trickle-voice', label: 'Trickle' }],
    async *synthesize(clauses, { signal }): AsyncGenerator<SpeechEvent> {
      await clauses[Symbol.asyncIterator]().next();
      yield { type: 'clause-begun', clause: 0 };
      while (!signal.aborted) {
        await sleep(clock, 100, signal);
        yield { type: 'speech-audio', clause: 0, samples: new Int16Array(HZ / 250) };
      }
    },
  };
}

async function speak(clauses: readonly string[], ...voices: Synthesizer[]) {
  return speakBy(new FakeClock(), clauses, ...voices);
}

async function speakBy(clock: FakeClock, clauses: readonly string[], ...voices: Synthesizer[]) {
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: voices,
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  const track = trackOf(clauses);
  const events: VoiceEvent[] = [];
  const { signal } = new AbortController();
  const done = (async () => {
    for await (const event of synthesizer.speak(track, { voice: 'endless-voice', signal })) {
      events.push(event);
    }
  })();
  const failure = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  const audioMs = (clause: number) =>
    events.reduce(
      (sum, event) =>
        event.type === 'speech-audio' && event.clause === clause
          ? sum + (event.samples.length * 1_000) / HZ
          : sum,
      0,
    );
  return { events, failure, audioMs, health: stage.candidates.map(({ health }) => health!.health) };
}

describe('a voice without an end', () => {
  const first = 'This is the first of it.';
  const second = 'And this is all the rest.';

  it('is cut off, and another goes on with the next clause', async () => {
    const clock = new FakeClock();
    const next = new FakeSpeaker('next', clock, []);
    const { audioMs, failure, health } = await speak([first, second], endlessVoice(0), next);
    expect(failure).toBeUndefined();
    expect(audioMs(0)).toBeLessThanOrEqual(longestSpeechMs(first) + 1_000);
    expect(next.asked.flatMap(({ clauses }) => clauses)).toEqual([second]);
    expect(health).toEqual(['degraded', 'healthy']);
  });

  it('is not heard at all in a clause that was held back', async () => {
    const next = new FakeSpeaker('next', new FakeClock(), []);
    const { audioMs, failure } = await speak([first, second], endlessVoice(1), next);
    expect(failure).toBeUndefined();
    expect(next.asked.flatMap(({ clauses }) => clauses)).toEqual([second]);
    expect(audioMs(1)).toBe((second.length + 1) * 60);
  });

  it('is given up as well if it only trickles', async () => {
    const clock = new FakeClock();
    const spoken = speakBy(clock, [first, second], tricklingVoice(clock));
    await clock.advance(longestSpeechMs(first) + longestSpeechMs(second) + 30_000);
    const { events, failure } = await spoken;
    expect(failure).toMatchObject({ note: 'endless voice' });
    expect(events.length).toBeGreaterThan(0);
  });

  it('leaves the rest to be read if it is alone', async () => {
    const voice = endlessVoice(0);
    const { failure, health } = await speak([first, second], voice);
    expect(failure).toMatchObject({ fault: 'malformed', note: 'endless voice' });
    expect(voice.taken).toBeLessThan(40);
    expect(health).toEqual(['degraded']);
  });
});

it.each([
  ['a slow voice', 'Well, let me think about that for a moment.', 140],
  ['digits, one by one', '4857 2039 1175 8802', 700],
  ['Chinese', '你好，今天天气很好。', 450],
  ['letters that are spelt', 'PNG, SVG, URL, HTTPS', 450],
])('%s is not without an end', (_, text, msPerCharacter) => {
  expect(longestSpeechMs(text)).toBeGreaterThan(text.length * msPerCharacter);
});
