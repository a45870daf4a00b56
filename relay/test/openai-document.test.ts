import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { createEmbeddedAssistant } from '../src/providers/embedded/assistant.ts';
import { programPath } from '../testing/system-programs.ts';
import { ROOT } from '../tools/project.ts';
import { Certificates } from './support/certificates.ts';
import { finalWords, ScriptedTranscriber } from './support/scripted-transcriber.ts';
import { startTestRelay } from './support/test-relay.ts';

const run = promisify(execFile);
const DOCUMENT = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');
const WORDS = 'what is seven times eight';
const SAID = 'gpt-realtime\n7 times 8 is 56.\nThe call is over.\n';

/** The example of this name. */
function example(name: string): string {
  return new RegExp(`\`\`\`\\w+ ${name}\n(.*?)\`\`\``, 's').exec(DOCUMENT)![1]!;
}

const opened = new AsyncDisposableStack();
/** Runs a program as someone would who has just installed OpenAI's library. */
let runHere: (program: string, args: readonly string[]) => Promise<string>;
let shell: string;
beforeAll(async () => {
  const certificates = opened.use(await Certificates.open());
  const { certPath, keyPath } = await certificates.make('relay');
  const onFinal = () => [finalWords(WORDS)];
  const { url } = opened.use(
    await startTestRelay({
      env: { TLS_CERT: certPath, TLS_KEY: keyPath },
      providers: {
        transcriber: new ScriptedTranscriber({ clock: systemClock, onFinal }),
        generator: createEmbeddedAssistant(),
      },
    }),
  );
  const cwd = await mkdtemp(join(tmpdir(), 'parley-clients-'));
  opened.defer(() => rm(cwd, { recursive: true }));
  await symlink(join(ROOT, 'relay/node_modules'), join(cwd, 'node_modules'));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...{ NODE_EXTRA_CA_CERTS: certPath, CURL_CA_BUNDLE: certPath, OPENAI_BASE_URL: `${url}/v1` },
  };
  runHere = async (program, args) =>
    (await run(program, [...args], { cwd, env, timeout: 20_000 })).stdout;
  shell = example('audio:key').replace('https://parley.example', url);
  const guest = `const { token } = await (await fetch('${url}/api/v1/auth/guest', { method: 'POST' })).json();
    process.stdout.write(token);`;
  env['OPENAI_API_KEY'] = await runHere(process.execPath, ['--input-type=module', '-e', guest]);
});
afterAll(() => opened.disposeAsync());

it.skipIf(programPath('curl') === undefined)(
  'the examples for the shell in docs/clients.md ask, and are answered',
  async () => {
    const answer = await runHere('sh', ['-ec', shell + example('audio:curl')]);
    expect(JSON.parse(answer)).toMatchObject({ text: WORDS });
  },
);

it.each([
  ['audio:node', `${WORDS}\n`],
  ['realtime:ws', SAID],
  ['realtime:websocket', SAID],
])('the example %s in docs/clients.md runs as it stands, over TLS', async (name, said) => {
  expect(await runHere(process.execPath, ['--input-type=module', '-e', example(name)])).toBe(said);
});
