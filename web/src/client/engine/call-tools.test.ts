import {
  MAX_CLIENT_EVENT_BYTES,
  MAX_TOOL_OUTPUT_CHARACTERS,
  type ClientEventOf,
} from '@parley/shared';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AssistantCommand, ToolEnd } from '../messages/page-requests.ts';
import { CallTools, type CallTool } from './call-tools.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function page(...runs: CallTool['run'][]) {
  const posted: Extract<AssistantCommand, { type: 'tool-output' }>[] = [];
  const ends: ToolEnd[] = [];
  let tools: readonly CallTool[] = runs.map((run, at) => ({ name: `tool-${at}`, run }));
  const calls = new CallTools({
    tools: () => tools,
    post: (command) => command.type === 'tool-output' && posted.push(command),
    notify: (notice) => notice.type === 'tool-ended' && ends.push(notice),
    now: () => Date.now(),
  });
  return {
    calls,
    ends,
    outputs: () => posted.map(({ output }) => output),
    posted,
    replace: (run: CallTool['run']) => void (tools = [{ name: 'tool-0', run }]),
    call: async (at = 0, input = '{}') => {
      calls.onRequest({ type: 'call-tool', callId: `call-${at}`, name: `tool-${at}`, input });
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

test('text is given to the model as it is, all else as JSON, and nothing as a word', async () => {
  const { call, outputs, ends } = page(
    ({ place }) => `Rain in ${String(place)}.`,
    async () => ({ degrees: 7 }),
    () => {},
    () => null,
  );
  await call(0, '{"place":"Berlin"}');
  for (const at of [1, 2, 3]) await call(at);
  expect(outputs()).toEqual(['Rain in Berlin.', '{"degrees":7}', 'It is done.', 'null']);
  expect(ends.map(({ error }) => error)).toEqual([null, null, null, null]);
});

test('the newest function runs, whichever was there when it was offered', async () => {
  const { call, outputs, replace } = page(() => 'old');
  replace(() => 'new');
  await call();
  expect(outputs()).toEqual(['new']);
});

const circle: Record<string, unknown> = {};
circle['self'] = circle;
const NOTHING = Object.create(null) as unknown;

test.each<[string, CallTool['run'], string]>([
  [
    'tool_failed',
    () => {
      throw new Error('No such order.\n    at somewhere');
    },
    'The function tool-0 failed: No such order.',
  ],
  ['tool_failed', () => Promise.reject(NOTHING), 'The function tool-0 failed.'],
  ['tool_failed', () => circle, 'The function tool-0 failed: Converting circular'],
  ['tool_output_too_long', () => 'a'.repeat(32_001), 'The function tool-0 returned too much'],
  ['tool_output_too_long', () => '\u0001'.repeat(11_000), 'The function tool-0 returned too much'],
])('%s: the model gets a sentence, and the page the reason', async (code, run, sentence) => {
  const { call, outputs, ends } = page(run);
  await call();
  expect(outputs()).toEqual([expect.stringContaining(sentence)]);
  expect(ends).toMatchObject([{ name: 'tool-0', output: outputs()[0], error: { code } }]);
});

test('what was thrown reaches the page as it is', async () => {
  const thrown = new TypeError('Ours.');
  const { call, ends } = page(() => Promise.reject(thrown));
  await call();
  expect(ends[0]!.error!.cause).toBe(thrown);
});

test.each(['{', '[]', 'null', '7'])('arguments like %s are not passed on', async (input) => {
  const run = vi.fn<CallTool['run']>();
  const { call, ends } = page(run);
  await call(0, input);
  expect(ends[0]!.error!.code).toBe('tool_arguments_invalid');
  expect(run).not.toHaveBeenCalled();
});

test('a function that is not there any more says so', async () => {
  const { call, outputs } = page();
  await call();
  expect(outputs()).toEqual(['There is no function tool-0 any more.']);
});

test('a function that does not answer is given up before the relay does, and is told', async () => {
  let told: AbortSignal | undefined;
  const { call, outputs, ends } = page((_input, { signal }) => {
    told = signal;
    return new Promise((resolve) => setTimeout(() => resolve('late'), 20_000));
  });
  await call();
  await vi.advanceTimersByTimeAsync(8_999);
  expect([outputs(), told!.aborted]).toEqual([[], false]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(outputs()).toEqual(['The function tool-0 did not answer within 9 seconds.']);
  expect(ends).toMatchObject([{ durationMs: 9_000, error: { code: 'tool_too_slow' } }]);
  expect(told!.aborted).toBe(true);
});

test.each(['interrupted', 'over'])('a call that is %s stops what runs, in silence', async (how) => {
  const signals: AbortSignal[] = [];
  const wait: CallTool['run'] = (_input, { signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  };
  const { call, calls, posted, ends } = page(wait, wait, () => 'quick');
  for (const at of [0, 1, 2]) await call(at);
  if (how === 'over') calls.end();
  else calls.onRequest({ type: 'stop-tools' });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(posted).toEqual([{ type: 'tool-output', callId: 'call-2', output: 'quick' }]);
  expect(ends.map(({ error }) => error?.code)).toEqual([
    undefined,
    'tool_cancelled',
    'tool_cancelled',
  ]);
});

test('no more than 32 run at once', async () => {
  const { call, calls, outputs } = page(() => new Promise(() => undefined));
  for (let at = 0; at < 33; at += 1) await call();
  expect(outputs()).toEqual(['More than 32 functions run already.']);
  calls.end();
});

test('the longest output is one that the relay takes', async () => {
  const { call, outputs } = page(() => 'ü'.repeat(MAX_TOOL_OUTPUT_CHARACTERS));
  await call();
  const [output = ''] = outputs();
  expect(output).toHaveLength(MAX_TOOL_OUTPUT_CHARACTERS);
  const item = { type: 'function_call_output', call_id: 'c'.repeat(64), output } as const;
  const event: ClientEventOf<'conversation.item.create'> = {
    ...{ type: 'conversation.item.create', seq: 4_294_967_295, item },
  };
  const { length } = new TextEncoder().encode(JSON.stringify(event));
  expect(length).toBeLessThanOrEqual(MAX_CLIENT_EVENT_BYTES);
});
