import { expect, test } from 'vitest';
import { writtenCalls } from './written-calls.ts';

const TOOLS = new Set(['set_timer', 'list_timers', 'spell']);
const TIMER = { kind: 'call', name: 'set_timer', input: '{"seconds":5,"label":"tea"}' };

test.each([
  [
    'Hermes',
    '<tool_call>\n{"name": "set_timer", "arguments": {"seconds": 5, "label": "tea"}}\n</tool_call>',
  ],
  [
    'Hermes, arguments as text',
    '{"name":"set_timer","arguments":"{\\"seconds\\":5,\\"label\\":\\"tea\\"}"}',
  ],
  [
    'Llama',
    '{"type": "function", "function": "set_timer", "parameters": {"seconds": 5, "label": "tea"}}',
  ],
  [
    'OpenAI',
    '{"tool_calls":[{"id":"1","type":"function","function":{"name":"set_timer","arguments":"{\\"seconds\\":5,\\"label\\":\\"tea\\"}"}}]}',
  ],
  ['a key for the name', '{"set_timer": {"seconds": 5, "label": "tea"}}'],
  ['Llama’s function', '<function=set_timer>{"seconds": 5, "label": "tea"}</function>'],
  [
    'Qwen’s coder',
    '<function=set_timer>\n<parameter=seconds>\n5\n</parameter>\n<parameter=label>\ntea\n</parameter>\n</function>',
  ],
  [
    'MiniMax',
    '<invoke name="set_timer"><parameter name="seconds">5</parameter><parameter name="label">tea</parameter></invoke>',
  ],
  ['Mistral', '[TOOL_CALLS][{"name": "set_timer", "arguments": {"seconds": 5, "label": "tea"}}]'],
  [
    'Mistral since 2025',
    '[TOOL_CALLS]set_timer[CALL_ID]a1B2c3[ARGS]{"seconds": 5, "label": "tea"}',
  ],
  [
    'DeepSeek',
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>set_timer\n```json\n{"seconds": 5, "label": "tea"}\n```<｜tool▁call▁end｜>',
  ],
  [
    'Kimi',
    '<|tool_call_begin|>functions.set_timer:0<|tool_call_argument_begin|>{"seconds": 5, "label": "tea"}<|tool_call_end|>',
  ],
  [
    'harmony',
    '<|channel|>commentary to=functions.set_timer <|constrain|>json<|message|>{"seconds":5,"label":"tea"}<|call|>',
  ],
  ['ReAct', 'Action: set_timer\nAction Input: {"seconds": 5, "label": "tea"}'],
])('a call as %s writes it is read', (_, text) => {
  expect(writtenCalls(text, TOOLS)).toEqual([TIMER]);
});

test.each([
  [
    'two in a row',
    '{"name":"set_timer","arguments":{"seconds":5,"label":"tea"}}; {"name":"list_timers","arguments":{}}',
  ],
  [
    'two of Mistral',
    '[TOOL_CALLS]set_timer[ARGS]{"seconds":5,"label":"tea"}[TOOL_CALLS]list_timers[ARGS]{}',
  ],
])('%s are two', (_, text) => {
  expect(writtenCalls(text, TOOLS)).toEqual([
    TIMER,
    { kind: 'call', name: 'list_timers', input: '{}' },
  ]);
});

test.each([
  '{"name":"get_weather","parameters":{"city":"Rome"}}',
  '{"name":"set_timer","parameters":"five"}',
  '<function=set_timer>{"seconds":</function>',
])('%s is a call that cannot be carried out', (text) => {
  expect(writtenCalls(text, TOOLS)).toEqual([{ kind: 'lost-call' }]);
});

test.each(['{"name":"Bob","age":3}', '{"a":1}', '[1, 2]', '[laughs]', '(by the way)', '{', ''])(
  '%j is not a call',
  (text) => {
    expect(writtenCalls(text, TOOLS)).toEqual([]);
  },
);
