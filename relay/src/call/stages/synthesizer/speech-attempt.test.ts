import { ParleyError } from '@parley/shared';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { DEFAULT_POLICY } from '../health/policy.ts';
import type { Synthesizer } from './synthesizer.ts';
import { FakeSpeaker } from './speaker.fake.ts';
import { FailoverSynthesizer } from './failover-synthesizer.ts';
import { PhraseMemory } from './phrase-memory.ts';
import { StageCandidates } from '../health/stage-candidates.ts';
import { trackOf } from './track.rig.ts';

it.each([
  ['in its first clause leaves it open', 'speech-audio', 'b'],
  ['after a whole clause proves it', 'clause-begun', 'a'],
] as const)('a trial that is interrupted %s', async (_, type, active) => {
  const clock = new FakeClock();
  const stage = new StageCandidates<Synthesizer>({
    stage: 'synthesizer',
    providers: ['a', 'b'].map((name) => new FakeSpeaker(name, clock, [])),
    policy: DEFAULT_POLICY,
    clock,
    logger: silentLogger,
  });
  const health = stage.candidates[0]!.health!;
  for (let count = 0; count < DEFAULT_POLICY.breaker.failuresToOpen; count++) {
    health.acquire()!.failed(new ParleyError('synthesizer_failed'));
  }
  await clock.advance(DEFAULT_POLICY.breaker.coolDownMs);
  const track = trackOf(['one two three', 'four five six']);
  const synthesizer = new FailoverSynthesizer(stage, new PhraseMemory({ phrases: [], clock }));
  const abort = new AbortController();
  const options = { voice: 'a-voice', signal: abort.signal };
  let isFirst = true;
  for await (const event of synthesizer.speak(track, options)) {
    if (event.type === type && !isFirst) {
      abort.abort();
      break;
    }
    isFirst = false;
  }
  expect(stage.active()).toBe(active);
  expect(health.isUsable).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});
