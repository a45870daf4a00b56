import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { Certificates } from './support/certificates.ts';
import { startTestRelay } from './support/test-relay.ts';

const run = promisify(execFile);
const DOCUMENT = new URL('../../docs/clients.md', import.meta.url);
/** Where the examples find the package. */
const RELAY = new URL('..', import.meta.url);

async function guestToken(relayUrl: string, ca: Buffer): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<{ token: string }>();
  request(new URL('/api/v1/auth/guest', relayUrl), { method: 'POST', ca }, (answer) => {
    json(answer).then((body) => resolve(body as { token: string }), reject);
  })
    .on('error', reject)
    .end();
  return (await promise).token;
}

test('the examples of docs/clients.md run as they stand, over TLS', async () => {
  await using certificates = await Certificates.open();
  const { certPath, keyPath } = await certificates.make('relay');
  await using relay = await startTestRelay({
    env: { TLS_CERT: certPath, TLS_KEY: keyPath },
    providers: { generator: createEmbeddedAssistant() },
  });
  const text = await readFile(DOCUMENT, 'utf8');
  const examples = [...text.matchAll(/^```js realtime:\w+\n([\s\S]*?)^```/gm)].map(
    ([, code]) => code!,
  );
  expect(examples).toHaveLength(2);
  const env = {
    ...process.env,
    OPENAI_BASE_URL: `${relay.url}/v1`,
    OPENAI_API_KEY: await guestToken(relay.url, await readFile(certPath)),
    NODE_EXTRA_CA_CERTS: certPath,
  };
  const outputs = await Promise.all(
    examples.map(async (code) => {
      const options = { cwd: RELAY, env, timeout: 20_000 };
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', code], options);
      return stdout;
    }),
  );
  const said = 'gpt-realtime\n7 times 8 is 56.\nThe call is over.\n';
  expect(outputs).toEqual([said, said]);
});
