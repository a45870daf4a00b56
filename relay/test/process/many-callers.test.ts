import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createSessionResponseSchema } from '@parley/shared';
import { UNLIMITED } from '../../bench/process/unlimited.ts';
import { signIn } from '../support/api.ts';
import { serveHttp } from '../support/http-server.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { TestCall } from '../support/test-call.ts';

/** Open files; enough for 52 calls. */
const LIMIT = 304;
const CALLS = 52;
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

async function answerOf(call: TestCall): Promise<string> {
  call.type('What is two plus two?');
  const { status } = await call.inbound.next('response.done');
  return status;
}

it.skipIf(!hasLimit)(
  'no more callers are let in than there are descriptors for, and others are told',
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
      for (let n = 0; n < CALLS; n += 1) {
        const grant = createSessionResponseSchema.parse(await (await ask()).json());
        calls.push(await TestCall.start(relay.url, {}, grant));
      }
      const response = await ask();
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ error: { code: 'capacity_exhausted' } });
      const { problems } = await relay.health();
      expect(problems).toMatchObject([{ code: 'few_descriptors' }]);

      const crowd = await Promise.all(Array.from({ length: 40 }, () => ask()));
      expect(crowd.filter(({ ok }) => ok)).toEqual([]);
      const answers = await Promise.all(calls.map((call) => answerOf(call)));
      expect(answers).toEqual(answers.map(() => 'completed'));
      const { services } = await relay.health();
      expect(services).toMatchObject([{ name: 'compatible', health: 'healthy' }]);

      await calls.pop()!.hangUp();
      await using next = await relay.call();
      expect(await answerOf(next)).toBe('completed');
    } finally {
      await Promise.all(calls.map((call) => call.cut()));
      chat.close();
    }
    expect((await relay.end()).code).toBe(0);
  },
);
