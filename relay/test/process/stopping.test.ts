import { describe, expect, it } from 'vitest';
import { RelayProcess } from '../support/relay-process.ts';

const program = new URL('throwing-relay.process.ts', import.meta.url);
/** What a relay without a running reply may take to end, ms. */
const SOON_MS = 4_000;

/** A call whose reply never ends. */
async function startBusyCall(relay: RelayProcess, message: string) {
  const call = await relay.call();
  call.type(message);
  await call.inbound.next('response.created');
  return call;
}

describe.concurrent('a relay’s process', () => {
  it.each(['SIGHUP', 'SIGINT', 'SIGTERM'] as const)('ends in order at %s', async (signal) => {
    await using relay = await RelayProcess.start({ program });
    await using call = await relay.call();
    const { code, tookMs } = await relay.end(signal);
    expect(await call.closed).toBe(1012);
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it('lets a reply go on for its grace only', async () => {
    await using relay = await RelayProcess.start({ program, env: { SHUTDOWN_GRACE_S: '1' } });
    const call = await startBusyCall(relay, 'hang');
    const { code, tookMs } = await relay.end();
    expect(await call.closed).toBe(1012);
    expect(code).toBe(0);
    expect(tookMs).toBeGreaterThan(900);
    expect(tookMs).toBeLessThan(1_000 + SOON_MS);
  });

  it('ends at once at the second signal', async () => {
    await using relay = await RelayProcess.start({ program, env: { SHUTDOWN_GRACE_S: '60' } });
    const call = await startBusyCall(relay, 'hang');
    relay.child.kill('SIGTERM');
    await call.inbound.next('session.draining');
    const { code, tookMs } = await relay.end();
    expect(code).toBe(1);
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it('ends although a provider never lets go', async () => {
    await using relay = await RelayProcess.start({ program, env: { SHUTDOWN_GRACE_S: '0' } });
    await startBusyCall(relay, 'stuck disposal');
    const { code, signal, tookMs } = await relay.end();
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
    expect(tookMs).toBeLessThan(5_000 + SOON_MS);
    expect(relay.logs.lines.at(-1)).toContain('stopping failed');
  });

  it('does not notice SIGPIPE', async () => {
    await using relay = await RelayProcess.start({ program });
    relay.child.kill('SIGPIPE');
    await relay.untilHealth(({ status }) => status === 'ok');
    expect((await relay.end()).code).toBe(0);
  });
});
