import { describe, expect, it } from 'vitest';
import { FakeClock, settle } from '../lib/fake-clock.ts';
import { ScriptedGenerator } from '../../test/support/scripted-generator.ts';
import { ScriptedLadder } from '../../test/support/scripted-ladder.ts';
import { ScriptedSynthesizer } from '../../test/support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from '../../test/support/scripted-transcriber.ts';
import type { Stage } from '../stages/provider.ts';
import { ToldProviders } from './told-providers.ts';

function setUp(ladder?: ScriptedLadder) {
  const clock = new FakeClock();
  const told: string[] = [];
  const providers = new ToldProviders(
    {
      transcriber: new ScriptedTranscriber({ clock }),
      generator: new ScriptedGenerator({ clock }),
      synthesizer: new ScriptedSynthesizer({ clock }),
      ...(ladder === undefined ? {} : { ladder }),
    },
    (event) => {
      const reason = event.type === 'session.degraded' ? ` (${event.reason})` : '';
      const verb = event.type.slice('session.'.length);
      told.push(`${verb} ${event.from} → ${event.to}${reason}`);
    },
  );
  const failOver = (stage: Stage, to: string) =>
    providers.failedOver({ stage, from: 'whoever', to, reason: `${stage}_timeout` });
  return { providers, told, failOver };
}

describe('what a client is told', () => {
  it('is each step down, with its reason, and the way back, once each', async () => {
    const ladder = new ScriptedLadder();
    const { providers, told, failOver } = setUp(ladder);
    failOver('generator', 'second-generator');
    failOver('generator', 'second-generator');
    ladder.move('generator', 'none');
    failOver('generator', 'none');
    expect(providers.names.generator).toBe('none');
    await settle();
    ladder.move('generator', 'scripted-generator');
    providers.served('generator');
    providers.served('generator');
    expect(told).toEqual([
      'degraded scripted-generator → second-generator (generator_timeout)',
      'degraded second-generator → none (generator_timeout)',
      'restored none → scripted-generator',
    ]);
  });

  it('is not that nobody answers, for one answer that nobody found', () => {
    const { told, failOver } = setUp(new ScriptedLadder());
    failOver('generator', 'none');
    failOver('synthesizer', 'none');
    expect(told).toEqual([]);
    // The rest of this very answer is the page's to speak.
    failOver('synthesizer', 'browser');
    expect(told).toEqual(['degraded scripted-synthesizer → browser (synthesizer_timeout)']);
  });

  it('is one thing where request and ladder see the same change', async () => {
    const ladder = new ScriptedLadder();
    const { told, failOver } = setUp(ladder);
    ladder.move('synthesizer', 'browser');
    failOver('synthesizer', 'browser');
    await settle();
    expect(told).toEqual(['degraded scripted-synthesizer → browser (synthesizer_timeout)']);
  });

  it('is what happens between requests too, in its right direction', async () => {
    const ladder = new ScriptedLadder();
    ladder.move('transcriber', 'second-transcriber');
    const { told } = setUp(ladder);
    ladder.move('transcriber', 'scripted-transcriber');
    await settle();
    ladder.move('transcriber', 'none');
    await settle();
    ladder.move('transcriber', 'browser');
    await settle();
    expect(told).toEqual([
      'restored second-transcriber → scripted-transcriber',
      'degraded scripted-transcriber → none (transcriber_failed)',
      'restored none → browser',
    ]);
  });

  it('is not to stop sending audio over one utterance that everyone failed at', async () => {
    const ladder = new ScriptedLadder();
    const { told, failOver } = setUp(ladder);
    failOver('transcriber', 'none');
    failOver('transcriber', 'browser');
    expect(told).toEqual([]);
    ladder.move('transcriber', 'browser');
    failOver('transcriber', 'browser');
    expect(told).toHaveLength(1);
  });

  it('needs no ladder', () => {
    const { providers, told, failOver } = setUp();
    failOver('synthesizer', 'second');
    providers.served('synthesizer');
    expect(told).toEqual([
      'degraded scripted-synthesizer → second (synthesizer_timeout)',
      'restored second → scripted-synthesizer',
    ]);
  });

  it('ends with the call', async () => {
    const ladder = new ScriptedLadder();
    const { providers, told } = setUp(ladder);
    ladder.move('generator', 'none');
    providers.close();
    await settle();
    expect(told).toEqual([]);
    expect(ladder.listeners).toBe(0);
  });
});
