import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createSessionResponseSchema } from '@parley/shared';
import { UNLIMITED } from '../../bench/process/unlimited.ts';
import { signIn } from '../support/api.ts';
import { serveHttp } from '../support/http-server.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { TestCall } from '../support/test-call.ts';

const LIMIT = 256;
const hasLimit = spawnSync('prlimit', ['--version']).status === 0;

/** A chat server that gives the same answer to all, over a connection for each. */
function serveChat() {
  const pieces = [{ delta: { content: 'Four.' } }, { delta: {}, finish_reason: 'stop' }];
  return serveHttp((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
    for (const [index, choice] of pieces.entries()) {
      const choices = [{ index: 0, ...choice }];
      response.write(`data: ${JSON.stringify({ id: `chat-${index}`, choices })}\n\n`);
    }
    response.end('data: [DONE]\n\n');
  });
}

async function isShort(relay: RelayProcess): Promise<boolean> {
  const { problems } = await relay.health();
  return problems.some(({ code }) => code === 'out_of_descriptors');
}

async function answerOf(call: TestCall): Promise<string> {
  call.type('What is two plus two?');
  const { status } = await call.inbound.next('response.done');
  return status;
}

it.skipIf(!hasLimit)(
  'with more callers than descriptors those that are there go on, and others are told',
  async () => {
    const chat = await serveChat();
    await using relay = await RelayProcess.start({
      under: ['prlimit', `--nofile=${LIMIT}`],
      env: {
        ...UNLIMITED,
        GENERATORS: 'compatible',
        // A name, because looking one up needs descriptors, too.
        COMPATIBLE_BASE_URL: chat.url.replace('127.0.0.1', 'localhost'),
        COMPATIBLE_CHAT_MODEL: 'small',
        HEALTH_INTERVAL_S: '1',
      },
    });
    const token = await signIn(relay.url);
    const ask = () =>
      fetch(`${relay.url}/api/v1/sessions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    const calls: TestCall[] = [];
    try {
      let response = await ask();
      // A busy machine may be a reason, too, not to let a call in.
      while (response.ok || !(await isShort(relay))) {
        if (response.ok) {
          const grant = createSessionResponseSchema.parse(await response.json());
          calls.push(await TestCall.start(relay.url, {}, grant));
        }
        response = await ask();
      }
      expect(calls.length).toBeGreaterThan(100);
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { code: 'capacity_exhausted' } });

      // A crowd at the door that is larger than what is held back.
      const crowd = await Promise.allSettled(Array.from({ length: 100 }, () => ask()));
      const letIn = crowd.filter((one) => one.status === 'fulfilled' && one.value.ok);
      expect(letIn).toEqual([]);
      const answers = await Promise.all(calls.slice(0, 10).map((call) => answerOf(call)));
      expect(answers).toEqual(answers.map(() => 'completed'));
      expect(await isShort(relay)).toBe(true);
      const { services } = await relay.health();
      expect(services).toMatchObject([{ name: 'compatible', health: 'healthy' }]);

      await Promise.all(calls.splice(0, 50).map((call) => call.hangUp()));
      await relay.logs.until('file descriptors are free again');
      await using next = await relay.call();
      expect(await answerOf(next)).toBe('completed');
      expect(await answerOf(calls[0]!)).toBe('completed');
    } finally {
      await Promise.all(calls.map((call) => call.cut()));
      chat.close();
    }
    expect((await relay.end()).code).toBe(0);
  },
);
