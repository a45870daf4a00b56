import { ParleyError } from '@parley/shared';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from './generator.ts';
import type { Failover } from '../provider.ts';
import { FailoverGenerator } from './failover-generator.ts';
import { StageCandidates } from '../health/stage-candidates.ts';

export const failed = () => new ParleyError('generator_failed');
export const text = (words: string): GeneratorEvent => ({ type: 'text-delta', text: words });
export const usage: GeneratorEvent = { type: 'usage-reported', inputTokens: 7, outputTokens: 0 };
export const tool: GeneratorEvent = { type: 'tool-called', name: 'remind' };
export const answered: GeneratorEvent = { type: 'tools-answered' };
export const thought: GeneratorEvent = { type: 'thought' };

type Step = GeneratorEvent | Error | 'hang' | number;

/** Plays a script: events, waits in ms, a hang or an error. */
function fake(name: string, script: readonly Step[], clock: FakeClock) {
  const asked: { atMs: number; signal: AbortSignal }[] = [];
  const generator: Generator = {
    name,
    async *generate({ signal }) {
      asked.push({ atMs: clock.now(), signal });
      for (const step of script) {
        if (step === 'hang') await new Promise(() => {});
        else if (step instanceof Error) throw step;
        else if (typeof step === 'number') {
          await new Promise<void>((resolve) => clock.after(step, resolve));
        } else yield step;
      }
    },
  };
  return { generator, asked };
}

export function stageOf(
  providers: readonly Generator[],
  clock: FakeClock,
): StageCandidates<Generator> {
  const policy = DEFAULT_POLICY;
  return new StageCandidates({
    stage: 'generator',
    providers,
    policy,
    clock,
    logger: silentLogger,
  });
}

export function requestOf(signal: AbortSignal): GenerateRequest {
  return {
    history: [],
    signal,
    person: { timeZone: 'UTC' },
    reminders: { add: () => undefined, list: () => [], cancel: () => {} },
  };
}

/** Generators that play a script each, as one stage. */
export function createTest(...scripts: readonly (readonly Step[])[]) {
  const clock = new FakeClock();
  const fakes = scripts.map((script, index) => fake('abc'[index]!, script, clock));
  const stage = stageOf(
    fakes.map(({ generator }) => generator),
    clock,
  );
  const failovers: Failover[] = [];
  const abort = new AbortController();
  const run = () => {
    const events: GeneratorEvent[] = [];
    const request = requestOf(abort.signal);
    const observer = { onFailover: (failover: Failover) => failovers.push(failover) };
    const done = (async () => {
      for await (const event of new FailoverGenerator(stage).generate(request, observer)) {
        events.push(event);
      }
    })();
    done.catch(() => {});
    return { events, done };
  };
  return { clock, fakes, stage, failovers, abort, run };
}
