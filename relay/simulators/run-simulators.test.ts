import { expect, test } from 'vitest';
import { runSimulators } from './run-simulators.ts';

/** Runs it until it has said how to end it, looks around, and ends it. */
async function run(commandLine: readonly string[], lookAround?: (output: string) => Promise<void>) {
  const abort = new AbortController();
  const ready = Promise.withResolvers<void>();
  let output = '';
  let errors = '';
  const ended = runSimulators(commandLine, {
    output: {
      write(text: string) {
        output += text;
        if (output.includes('Ctrl-C')) ready.resolve();
      },
    },
    errors: { write: (text: string) => (errors += text) },
    signal: abort.signal,
  });
  await Promise.race([ready.promise, ended]);
  await lookAround?.(output);
  abort.abort();
  return { status: await ended, output, errors };
}

function settingIn(output: string, name: string): string {
  return new RegExp(`^${name}=(.*)$`, 'm').exec(output)![1]!;
}

test('every vendor is played, and its settings can be pasted', async () => {
  let status = 0;
  const { output } = await run([], async (text) => {
    const headers = { authorization: `Bearer ${settingIn(text, 'COMPATIBLE_API_KEY')}` };
    const models = `${settingIn(text, 'COMPATIBLE_BASE_URL')}/models`;
    ({ status } = await fetch(models, { headers }));
  });
  expect(status).toBe(200);
  for (const line of output.split('\n')) expect(line).toMatch(/^(#.*|[A-Z_]+=\S+|)$/);
});

test('a fault that is asked for happens', async () => {
  let status = 0;
  await run(['openai', '--fault', 'status'], async (text) => {
    ({ status } = await fetch(`${settingIn(text, 'OPENAI_BASE_URL')}/models`));
  });
  expect(status).toBe(503);
});

test.each([
  [['acme'], 'vendor: found "acme"'],
  [['--fault', 'fire'], '--fault: found "fire"'],
  [['--fault', 'stall', '--moment', 'noon'], '--moment: found "noon"'],
  [['--moment', 'first-use'], '--moment says when a --fault happens'],
  [['--loud'], "Unknown option '--loud'"],
])('%j is answered with how it is used', async (commandLine, problem) => {
  const { status, output, errors } = await run(commandLine);
  expect({ status, output }).toEqual({ status: 2, output: '' });
  expect(errors).toContain(problem);
  expect(errors).toContain('Usage: node relay/simulators/main.ts');
});
