import { expect, test } from 'vitest';
import { CONTEXT_REFUSALS, smallContext } from '../simulators/openai/chat-vices.ts';
import { askAgain } from './faults/spoken-turn.ts';
import { OTHER, startViciousServer, VICTIM } from './servers/vicious-server.ts';
import { TestCall } from './support/test-call.ts';

/** Little more than instructions and tools. */
const CONTEXT_TOKENS = 3_000;
/** As many as a client may begin at once. */
const TURNS = 18;

test.concurrent.each(CONTEXT_REFUSALS)(
  'a conversation that outgrows the context goes on, and others notice nothing: $server',
  async ({ refuse }) => {
    let refusals = 0;
    const vice = smallContext(CONTEXT_TOKENS, (sent, max) => {
      refusals += 1;
      return refuse(sent, max);
    });
    await using server = await startViciousServer(() => ({}), vice);
    await using victim = await TestCall.start(server.relay.url);
    await using other = await TestCall.start(server.relay.url);
    // Written, so that no voice has to be waited for.
    victim.send({ type: 'session.update', session: { output_modalities: ['text'] } });
    for (let turn = 1; turn <= TURNS; turn++) {
      victim.type(`What will the victim hear, number ${turn}? ${'More words. '.repeat(60)}`);
      const done = await victim.inbound.next('response.done');
      expect(done).toMatchObject({ status: 'completed', error: null });
      if (turn % 6 !== 0) continue;
      const { texts, statuses } = await askAgain(other, turn, OTHER.sample);
      expect({ texts, statuses }).toEqual({ texts: [OTHER.answer], statuses: ['completed'] });
    }
    const said = victim.inbound.ofType('response.output_audio_transcript.delta');
    expect(said.map(({ delta }) => delta).join('')).toBe(VICTIM.answer.repeat(TURNS));
    // The limit is learnt once, for the server; estimates may be put right once or twice more.
    expect(refusals).toBeGreaterThan(0);
    expect(refusals).toBeLessThanOrEqual(4);
    const services = server.providers.services();
    expect(services.map(({ breaker }) => breaker)).toEqual(services.map(() => 'closed'));
    expect(services.map(({ failures }) => failures)).toEqual(services.map(() => 0));
    expect(server.relay.logs.lines.join('\n')).toContain('history summarised');
  },
);
