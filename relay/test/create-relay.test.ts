import { expect, it } from 'vitest';
import { createRelay, type Generator } from '@parley/relay';
import { systemClock } from '../src/base/lib/clock.ts';
import { ScriptedSynthesizer } from './support/scripted-synthesizer.ts';
import { ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { TestCall } from './support/test-call.ts';

const parrot: Generator = {
  name: 'parrot',
  async *generate({ history }) {
    yield { type: 'text-delta', text: `You said: ${history.at(-1)?.text}` };
  },
};

it('a relay put together in code answers with the providers that it was given', async () => {
  const relay = await createRelay({
    transcriber: new ScriptedTranscriber({ clock: systemClock }),
    generator: parrot,
    synthesizer: new ScriptedSynthesizer({ clock: systemClock }),
    settings: { PORT: '0', LOG_LEVEL: 'fatal' },
  });
  try {
    const call = await TestCall.start(relay.url);
    call.type('Good morning.');
    const { delta } = await call.inbound.next('response.output_audio_transcript.delta');
    expect(delta).toBe('You said: Good morning.');
    await call.cut();
  } finally {
    await relay.stop(0);
  }
});
