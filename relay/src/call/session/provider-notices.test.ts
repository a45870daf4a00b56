import type { Stage } from '@parley/shared';
import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../../base/lib/clock.fake.ts';
import { ScriptedLadder } from '../../../test/support/scripted-ladder.ts';
import { scriptedStages } from '../../../test/support/scripted-stages.ts';
import { ProviderNotices } from './provider-notices.ts';
import { testSettings } from './caller.fake.ts';

const REPLY_DONE = {
  type: 'reply-done',
  turnId: 'turn_1',
  responseId: 'resp_1',
  status: 'completed',
  code: null,
  timeline: {},
  usage: { asr_seconds: 0, llm_input_tokens: 0, llm_output_tokens: 0, tts_characters: 0 },
  speech: { text: '', written: '' },
} as const;

function setUp(ladder?: ScriptedLadder) {
  const clock = new FakeClock();
  const notices: string[] = [];
  const providers = new ProviderNotices(
    scriptedStages(clock, { ladder }),
    testSettings(),
    ({ from, to, reason }) =>
      notices.push(
        reason === null ? `restored ${from} → ${to}` : `degraded ${from} → ${to} (${reason})`,
      ),
  );
  const failOver = (stage: Stage, to: string) =>
    providers.observe({
      type: 'provider-failed-over',
      stage,
      from: 'another',
      to,
      reason: `${stage}_timeout`,
    });
  /** A reply for which these providers worked. */
  const served = (by: { readonly [stage in Stage]?: string }) =>
    providers.observe({ ...REPLY_DONE, providers: by });
  return { providers, notices, failOver, served };
}

describe('a notice of a change', () => {
  it('is each step down, with its reason, and the way back, once each', async () => {
    const ladder = new ScriptedLadder();
    const { providers, notices, failOver, served } = setUp(ladder);
    failOver('generator', 'second-generator');
    failOver('generator', 'second-generator');
    ladder.move('generator', 'none');
    failOver('generator', 'none');
    expect(providers.names.generator).toBe('none');
    await settle();
    ladder.move('generator', 'scripted-generator');
    served({ generator: 'scripted-generator' });
    served({ generator: 'scripted-generator' });
    expect(notices).toEqual([
      'degraded scripted-generator → second-generator (generator_timeout)',
      'degraded second-generator → none (generator_timeout)',
      'restored none → scripted-generator',
    ]);
  });

  it('is not given for one answer that no provider found', () => {
    const { notices, failOver } = setUp(new ScriptedLadder());
    failOver('generator', 'none');
    failOver('synthesizer', 'none');
    expect(notices).toEqual([]);
    // The rest of this very answer is the page's to speak.
    failOver('synthesizer', 'browser');
    expect(notices).toEqual(['degraded scripted-synthesizer → browser (synthesizer_timeout)']);
  });

  it('is one thing where request and ladder see the same change', async () => {
    const ladder = new ScriptedLadder();
    const { notices, failOver } = setUp(ladder);
    ladder.move('synthesizer', 'browser');
    failOver('synthesizer', 'browser');
    await settle();
    expect(notices).toEqual(['degraded scripted-synthesizer → browser (synthesizer_timeout)']);
  });

  it('is what happens between requests too, in its right direction', async () => {
    const ladder = new ScriptedLadder();
    ladder.move('transcriber', 'second-transcriber');
    const { notices } = setUp(ladder);
    ladder.move('transcriber', 'scripted-transcriber');
    await settle();
    ladder.move('transcriber', 'none');
    await settle();
    ladder.move('transcriber', 'browser');
    await settle();
    expect(notices).toEqual([
      'restored second-transcriber → scripted-transcriber',
      'degraded scripted-transcriber → none (transcriber_failed)',
      'restored none → browser',
    ]);
  });

  it('does not stop the audio over one utterance that all providers failed at', async () => {
    const ladder = new ScriptedLadder();
    const { notices, failOver } = setUp(ladder);
    failOver('transcriber', 'none');
    failOver('transcriber', 'browser');
    expect(notices).toEqual([]);
    ladder.move('transcriber', 'browser');
    failOver('transcriber', 'browser');
    expect(notices).toHaveLength(1);
  });

  it('is of the way back once the active provider serves again', () => {
    const { notices, failOver, served } = setUp(new ScriptedLadder());
    failOver('synthesizer', 'second-synthesizer');
    served({ synthesizer: 'second-synthesizer' });
    served({ synthesizer: 'scripted-synthesizer' });
    expect(notices).toEqual([
      'degraded scripted-synthesizer → second-synthesizer (synthesizer_timeout)',
      'restored second-synthesizer → scripted-synthesizer',
    ]);
  });

  it('ends with the call', async () => {
    const ladder = new ScriptedLadder();
    const { providers, notices } = setUp(ladder);
    ladder.move('generator', 'none');
    providers.close();
    await settle();
    expect(notices).toEqual([]);
    expect(ladder.listeners).toBe(0);
  });
});
