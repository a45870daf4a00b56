import { expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { ClauseTrack, ownWords } from '../synthesizer/clause-track.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from '../generator/generator.ts';
import { ProviderError } from '../provider-error.ts';
import type { ProviderUse } from '../provider.ts';
import type { Synthesizer } from '../synthesizer/synthesizer.ts';
import { createFailoverStages } from '../failover-stages.ts';
import { requestOf, stageOf, text } from '../generator/generators.fake.ts';
import { FailoverGenerator } from '../generator/failover-generator.ts';
import { DEFAULT_POLICY } from './policy.ts';

const { generatorHedgeMs } = DEFAULT_POLICY.attempts;

/** A generator that hangs after its script, and reports an estimate when it is cut off. */
function fake(
  name: string,
  script: readonly (GeneratorEvent | Error | number | 'hang')[],
  clock: FakeClock,
): Generator {
  return {
    name,
    model: `${name}-1`,
    async *generate({ signal, onCutOff }: GenerateRequest) {
      const cutOff = () => onCutOff?.({ inputTokens: 50, outputTokens: 1 });
      signal.addEventListener('abort', cutOff, { once: true });
      try {
        for (const step of script) {
          if (step instanceof Error) throw step;
          if (step === 'hang') await new Promise(() => {});
          else if (typeof step === 'number') {
            await new Promise<void>((resolve) => clock.after(step, resolve));
          } else yield step;
        }
      } finally {
        signal.removeEventListener('abort', cutOff);
      }
    },
  };
}

const usage = (inputTokens: number): GeneratorEvent => ({
  type: 'usage-reported',
  inputTokens,
  cachedInputTokens: 4,
  outputTokens: 3,
});

function generate(generators: (clock: FakeClock) => readonly Generator[]) {
  const clock = new FakeClock();
  const used: ProviderUse[] = [];
  const abort = new AbortController();
  const stage = new FailoverGenerator(stageOf(generators(clock), clock));
  const observer = { onUsed: (use: ProviderUse) => used.push(use) };
  const done = Array.fromAsync(stage.generate(requestOf(abort.signal), observer));
  done.catch(() => {});
  return { clock, used, abort, done };
}

it('of two generators that were asked at once, each tells what it took', async () => {
  const { clock, used, done } = generate((time) => [
    fake('a', ['hang'], time),
    fake('b', [text('Hello.'), usage(10)], time),
  ]);
  await clock.advance(generatorHedgeMs);
  await done;
  expect(used).toEqual([
    {
      stage: 'generator',
      provider: 'a',
      model: 'a-1',
      purpose: 'turn',
      units: { inputTokens: 50, outputTokens: 1 },
      isEstimated: true,
    },
    {
      stage: 'generator',
      provider: 'b',
      model: 'b-1',
      purpose: 'turn',
      units: { inputTokens: 10, cachedInputTokens: 4, outputTokens: 3 },
      isEstimated: false,
    },
  ]);
});

it('a generator that counted before it failed is paid for beside the one after it', async () => {
  const failure = new ProviderError({ provider: 'a', stage: 'generator', fault: 'closed' });
  const { used, done } = generate((time) => [
    fake('a', [usage(7), failure], time),
    fake('b', [text('Hello.'), usage(10)], time),
  ]);
  await done;
  expect(used.map(({ provider, units }) => [provider, units.inputTokens])).toEqual([
    ['a', 7],
    ['b', 10],
  ]);
});

it('an answer that is cut off tells its estimate in that moment', async () => {
  const { clock, used, abort, done } = generate((time) => [
    fake('a', [text('Hello.'), 'hang'], time),
  ]);
  await clock.advance(1);
  abort.abort(new Error('enough'));
  expect(used).toMatchObject([{ provider: 'a', isEstimated: true }]);
  await done;
  expect(used).toHaveLength(1);
});

it('what is spoken for no call is told as the relay’s own; what is remembered is not told', async () => {
  const voice: Synthesizer = {
    name: 'voice',
    sampleRateHz: 24_000,
    voices: [{ id: 'one', label: 'One' }],
    async *synthesize(clauses, { onUsed }) {
      let clause = 0;
      for await (const words of clauses) {
        yield { type: 'clause-begun', clause };
        yield { type: 'speech-audio', clause, samples: new Int16Array(2_400) };
        yield { type: 'clause-done', clause: clause++ };
        onUsed?.({ model: 'voice-1', units: { characters: words.length } });
      }
    },
  };
  await using stages = createFailoverStages({
    transcribers: [],
    generators: [],
    synthesizers: [voice],
    policy: DEFAULT_POLICY,
    phrases: ['One moment.'],
    clock: new FakeClock(),
    logger: silentLogger,
  });
  const own: ProviderUse[] = [];
  const ofCall: ProviderUse[] = [];
  stages.onOwnUse((use) => own.push(use));
  const { signal } = new AbortController();
  const speak = (observer: object) =>
    Array.fromAsync(
      stages.synthesizer.speak(new ClauseTrack(ownWords('One moment.')), {
        voice: 'one',
        signal,
        ...observer,
      }),
    );
  await speak({});
  expect(own).toMatchObject([{ purpose: 'probe', units: { characters: 11 } }]);
  await speak({ onUsed: (use: ProviderUse) => ofCall.push(use) });
  expect([own.length, ofCall.length]).toEqual([1, 0]);
});
