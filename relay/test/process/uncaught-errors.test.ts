import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectBystanderUnharmed } from '../support/bystander.ts';
import { RelayProcess } from '../support/relay-process.ts';
import type { TestCall } from '../support/test-call.ts';

let relay: RelayProcess;

beforeAll(async () => {
  const program = new URL('throwing-relay.process.ts', import.meta.url);
  relay = await RelayProcess.start({ program });
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Lines with `text` so far. */
const logged = (text: string) => relay.logs.lines.filter((line) => line.includes(text));

/** Starts a call that makes something throw. @returns it */
async function callWith(trouble: string): Promise<TestCall> {
  const call = await relay.call();
  call.type(trouble);
  return call;
}

describe('an error that no code caught', () => {
  it.each([
    ['timer', 'timer'],
    ['immediate', 'immediate'],
    ['rejection', 'rejection'],
    ['late rejection', 'late rejection'],
    ['socket', 'socket'],
    ['worker', 'worker'],
    // The vendor's message fails its user; that this one fails at that is the session's fault.
    ['vendor message', 'vendor closed'],
  ])('in a %s ends its session, and no other', async (trouble, message) => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await callWith(trouble);
      expect(await call.closed).toBe(1011);
      const { session_id } = call.grant;
      const ended = await relay.logs.untilLine(
        (one) => one.includes('session ended') && one.includes(session_id),
      );
      expect(JSON.parse(ended)).toMatchObject({ reason: 'internal_error' });
      const line = await relay.logs.until(`deliberate: ${message}`);
      expect(JSON.parse(line)).toMatchObject({
        level: 'error',
        sessionId: session_id,
        msg: 'session failed',
      });
    });
  });

  it('in a listener of a reply’s end ends its session', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await callWith('abort listener');
      await call.inbound.next('response.created');
      call.send({ type: 'response.cancel' });
      expect(await call.closed).toBe(1011);
    });
  });

  it('in a provider that is asked is the provider’s failure, told in words', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await callWith('provider');
      const done = await call.inbound.next('response.done');
      expect(done).toMatchObject({ status: 'failed', error: { code: 'generator_failed' } });
      call.type('hello');
      expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
    });
  });

  it.each(['observer', 'late observer', 'rejecting observer'])(
    'in an %s is logged with the session, whose call goes on',
    async (trouble) => {
      await using call = await callWith(trouble);
      expect(await call.inbound.next('response.done')).toMatchObject({ status: 'completed' });
      const line = await relay.logs.until(`deliberate: ${trouble}`);
      expect(JSON.parse(line)).toMatchObject({
        msg: 'a call observer failed',
        sessionId: call.grant.session_id,
      });
    },
  );

  it('that belongs to no session is counted in the health, and logged a few times', async () => {
    await expectBystanderUnharmed(relay.url, async () => {
      await using call = await callWith('no session');
      const { problems } = await relay.untilHealth((health) =>
        health.problems.some(({ message }) => /(\d{2,}) times/.test(message)),
      );
      expect(problems.map(({ code }) => code)).toContain('internal_error');
      await call.hangUp();
    });
    // The health may be here before the last line, which is counted with those that are left out.
    await relay.logs.untilLine(() => logged('deliberate: no session').length >= 10);
    expect(logged('deliberate: no session')).toHaveLength(10);
  });

  it('leaves a relay that ends in order', async () => {
    expect((await relay.end()).code).toBe(0);
  });
});
