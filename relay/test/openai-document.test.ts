import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../src/base/lib/clock.ts';
import { programPath } from '../testing/system-programs.ts';
import { ROOT } from '../tools/project.ts';
import { signIn } from './support/api.ts';
import { openAiRelays } from './support/openai-library.ts';
import { finalWords, ScriptedTranscriber } from './support/scripted-transcriber.ts';

const run = promisify(execFile);
const DOCUMENT = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');
const WORDS = 'what is seven times eight';

/** The example of this name. */
function example(name: string): string {
  return new RegExp(`\`\`\`\\w+ audio:${name}\n(.*?)\`\`\``, 's').exec(DOCUMENT)![1]!;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-clients-'));
  await symlink(join(ROOT, 'relay/node_modules'), join(folder, 'node_modules'));
});
afterEach(() => rm(folder, { recursive: true }));

const { start } = openAiRelays();
async function startRelay(): Promise<string> {
  const onFinal = () => [finalWords(WORDS)];
  const transcriber = new ScriptedTranscriber({ clock: systemClock, onFinal });
  return (await start({ providers: { transcriber } })).relay.url;
}

it.skipIf(programPath('curl') === undefined)(
  'the examples for the shell in docs/clients.md ask, and are answered',
  async () => {
    const url = await startRelay();
    const script = (example('key') + example('curl')).replace('https://parley.example', url);
    const { stdout } = await run('sh', ['-ec', script], { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ text: WORDS });
  },
);

it('the example for Node in docs/clients.md asks, and is answered', async () => {
  const url = await startRelay();
  await writeFile(join(folder, 'example.mjs'), example('node'));
  const env = { OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: await signIn(url) };
  const { stdout } = await run(process.execPath, ['example.mjs'], { cwd: folder, env });
  expect(stdout).toBe(`${WORDS}\n`);
});
