import { expect, test } from 'vitest';
import { chatWith, failureOf, textOf } from './talk.rig.ts';

test('what a model thinks between tags is not said', async () => {
  await using talk = await chatWith({ think: 'secret plan', answer: () => 'Hello there.' }, 'bare');
  const events = await talk.ask('Hello.');
  expect(textOf(events)).toBe('Hello there.');
});

test('thoughts whose opening tag stands in the prompt are not said, once that is known', async () => {
  const written = 'They ask for the time.\n</think>\n\nIt is noon.';
  await using talk = await chatWith({ answer: () => written }, 'bare');
  expect(textOf(await talk.ask('The time?'))).not.toContain('think>');
  const events = await talk.ask('The time?');
  expect(events[0]).toEqual({ type: 'thought' });
  expect(textOf(events)).toBe('It is noon.');
});

test.each([
  ['<tool_call>\n{"name": "set_timer", "arguments": {"seconds": 5, "label": "tea"}}\n</tool_call>'],
  ['{"name": "set_timer", "parameters": {"seconds": 5, "label": "tea"}}'],
  ['<|python_tag|>{"name": "set_timer", "parameters": {"seconds": 5, "label": "tea"}}<|eom_id|>'],
  ['<function=set_timer>{"seconds": 5, "label": "tea"}</function>'],
  ['[TOOL_CALLS]set_timer[ARGS]{"seconds": 5, "label": "tea"}'],
])('a call that a model writes as text is carried out, not said: %s', async (written) => {
  await using talk = await chatWith(
    { answer: () => `Sure.\n${written}`, answerAfterTool: (result) => `Done. ${result}` },
    'bare',
  );
  const events = await talk.ask('A tea timer.');
  expect(textOf(events)).toBe('Sure.\nDone. The timer is set. Its id is 1.');
  expect(events).toContainEqual({ type: 'tool-called', name: 'set_timer' });
  expect(talk.reminders.list()).toMatchObject([{ label: 'tea', remainingMs: 5_000 }]);
  expect(talk.simulator.complaints).toEqual([]);
});

test('a call that cannot be read is asked again once, without tools, and never said', async () => {
  const written = ['{"name":"set_timer","parameters":{"seconds":', 'I have no timers.'];
  const offered: number[] = [];
  const chat = (answers: readonly string[]) =>
    chatWith({ answer: () => answers[offered.length - 1]! }, 'bare', {}, (body) =>
      offered.push(((JSON.parse(String(body)) as { tools?: [] }).tools ?? []).length),
    );
  await using talk = await chat(written);
  expect(textOf(await talk.ask('A timer.'))).toBe('I have no timers.');
  expect(offered).toEqual([expect.any(Number), 0]);
  offered.length = 0;
  await using stubborn = await chat(Array.from({ length: 9 }, () => written[0]!));
  const error = await failureOf(stubborn.ask('A timer.'));
  expect(error).toMatchObject({ note: 'empty answer', isRetryable: false });
  expect(offered).toHaveLength(2);
});

test.each([
  ['<thinking>A plan.</thinking>Hello there.'],
  ['analysisA plan.assistantfinalHello there.'],
  [
    '<|channel|>analysis<|message|>A plan.<|end|><|start|>assistant<|channel|>final<|message|>Hello there.<|return|>',
  ],
  ['[THINK]A plan.[/THINK]Hello there.</s>'],
  ['Hello there.<|im_end|>\n<|im_start|>user\nAnd you?'],
])('what a model writes for its template is not said: %s', async (written) => {
  await using talk = await chatWith({ answer: () => written }, 'bare');
  expect(textOf(await talk.ask('Hello.')).trim()).toBe('Hello there.');
});
