import { expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { expectBystanderUnharmed } from './support/bystander.ts';
import { eventually } from './support/eventually.ts';
import { ScriptedGenerator, words } from './support/scripted-generator.ts';
import { TestCall } from './support/test-call.ts';
import { startTestRelay } from './support/test-relay.ts';

/** Thousands of events: about two megabytes a reply. */
const STORY = 'Yes. '.repeat(6_000);

it('a client that takes nothing in is closed with 4430, and others notice nothing', async () => {
  const generator = new ScriptedGenerator({
    clock: systemClock,
    reply: ({ history }) => {
      const { text } = history.at(-1)!;
      return [words(text === 'Tell me a story' ? STORY : `You said ${text}.`)];
    },
  });
  await using relay = await startTestRelay({ providers: { generator } });
  const isGivenUp = () => relay.logs.lines.some((line) => line.includes('slow_consumer'));
  await expectBystanderUnharmed(relay.url, async () => {
    await using deaf = await TestCall.start(relay.url);
    deaf.send({ type: 'session.update', session: { output_modalities: ['text'] } });
    await deaf.inbound.next('session.updated');
    deaf.socket.pause();
    // One after the other, or each would be interrupted by the next before it began.
    for (let turn = 1; turn <= 20; turn++) {
      deaf.type('Tell me a story');
      await eventually(() => generator.requests.length >= turn || isGivenUp());
    }
    await relay.logs.until('slow_consumer');
    deaf.socket.resume();
    expect(await deaf.closed).toBe(4430);
    // The connection was given up, but not the session; only what is kept for it has its bound.
    await deaf.reopen();
    deaf.raw(
      JSON.stringify({
        type: 'session.resume',
        session_id: deaf.grant.session_id,
        resume_token: deaf.grant.resume_token,
        last_seq: deaf.lastSeq,
      }),
    );
    await deaf.inbound.next('session.resumed');
  });
});
