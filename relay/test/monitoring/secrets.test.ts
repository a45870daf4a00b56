import { afterEach, beforeEach, expect, test } from 'vitest';
import { API_PATHS } from '@parley/shared';
import { serveHttp } from '../support/http-server.ts';
import { RelayProcess } from '../support/relay-process.ts';

const PLANTED = 'planted-secret-0123456789';
/** Words that a person types, and words that a server sends. */
const TYPED = 'my password is swordfish';
const ANSWERED = 'swordfish it is';

const READ = [
  API_PATHS.health,
  API_PATHS.healthDetailed,
  API_PATHS.performance,
  API_PATHS.prometheus,
  `${API_PATHS.monitoring}/health`,
  `${API_PATHS.monitoring}/health/services`,
  `${API_PATHS.monitoring}/metrics`,
  `${API_PATHS.monitoring}/status`,
  API_PATHS.adminOverview,
  API_PATHS.adminSettings,
];

let server: Awaited<ReturnType<typeof serveHttp>>;
let isBroken: boolean;
beforeEach(async () => {
  isBroken = true;
  server = await serveHttp((request, response) => {
    // Servers repeat keys and prompts in their errors.
    if (isBroken) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { message: `${request.headers.authorization}: ${TYPED}` } }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const chunk = { choices: [{ delta: { content: `${ANSWERED}.` }, finish_reason: null }] };
    response.end(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
  });
});
afterEach(() => server.close());

test('neither what is logged nor what is told holds a secret, or a sentence', async () => {
  const env = {
    ADMIN_TOKEN: `${PLANTED}-admin`,
    METRICS_TOKEN: `${PLANTED}-metrics`,
    AUTH_SECRET: `${PLANTED}-auth-auth-auth-auth`,
    GENERATORS: 'compatible',
    COMPATIBLE_BASE_URL: `${server.url}/v1?api-key=${PLANTED}`,
    COMPATIBLE_API_KEY: `${PLANTED}-key`,
    COMPATIBLE_CHAT_MODEL: 'local',
    METRICS_COLLECTION_INTERVAL: '1',
  };
  await using relay = await RelayProcess.start({ env });
  const headers = { authorization: `Bearer ${env.ADMIN_TOKEN}` };
  await using call = await relay.call();
  for (const broken of [true, false]) {
    isBroken = broken;
    call.type(TYPED);
    await call.inbound.next('response.done');
  }
  const answers = await Promise.all(
    READ.map(async (path) => {
      const response = await fetch(relay.url + path, { headers });
      return [path, response.status, await response.text()] as const;
    }),
  );
  expect(answers.filter(([, status]) => status !== 200 && status !== 503)).toEqual([]);
  await call.hangUp();
  await relay.logs.until('session ended');
  await relay.logs.until('[METRICS-SUMMARY] session');
  const told = [...answers.map(([, , text]) => text), ...relay.logs.lines].join('\n');
  expect(told).toContain(new URL(server.url).host);
  for (const secret of [PLANTED, 'swordfish']) expect(told).not.toContain(secret);
}, 60_000);
