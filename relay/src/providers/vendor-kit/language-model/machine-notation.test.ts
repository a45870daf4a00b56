import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MachineNotation, type Notated } from './machine-notation.ts';

const TOOLS = ['set_timer', 'list_timers', 'spell'];
const CALL = '{"name": "set_timer", "arguments": {"seconds": 5}}';

/** @returns the text, with `‹…›` for each call and `‹lost›` for one that cannot be read; one space for several */
function read(pieces: readonly string[], tools = TOOLS): string {
  const notation = new MachineNotation(tools);
  const shown = (each: Notated): string => {
    if (each.kind === 'text') return each.text;
    if (each.kind === 'call') return `‹${each.name} ${each.input}›`;
    if (each.kind === 'thought-end') return '‹end›';
    return each.kind === 'lost-call' ? '‹lost›' : '';
  };
  const said = pieces.flatMap((piece) => notation.push(piece));
  const whole = [...said, ...notation.flush()].map(shown).join('');
  return whole.replaceAll(/ +/g, ' ').trim();
}

describe('thoughts are left out', () => {
  test.each([
    ['<think>It rains.</think>Yes.'],
    ['<thinking>It rains.</thinking>Yes.'],
    ['<Thought>It rains.</Thought>Yes.'],
    ['<reasoning>It rains, <b>surely</b>.</reasoning>Yes.'],
    ['[THINK]It rains.[/THINK]Yes.'],
    [
      '<|channel|>analysis<|message|>It rains.<|end|><|start|>assistant<|channel|>final<|message|>Yes.',
    ],
    [
      '<|channel|>analysis<|message|>It rains.<|start|>assistant<|channel|>final<|message|>Yes.<|return|>',
    ],
    ['analysisThe user asks. It rains.assistantfinalYes.'],
    ['analysisWe know it.assistantanalysisSurely.assistantfinalYes.'],
    ['assistantfinalYes.'],
    ['<|channel>thought\nIt rains.<channel|>Yes.'],
    ['<|START_THINKING|>It rains.<|END_THINKING|>Yes.'],
    ['<|begin_of_thought|>It rains.<|end_of_thought|>Yes.'],
    ['Yes.<think>It rains, and it never ends'],
  ])('%s', (written) => {
    expect(read([written])).toBe('Yes.');
  });

  test.each([
    ['It rains.</think>Yes.'],
    ['It rains.</thinking>Yes.'],
    ['It rains.[/THINK]Yes.'],
    ['It rains.<channel|>Yes.'],
  ])('%s has the end of a thought in one form', (written) => {
    expect(read([written])).toBe('It rains.‹end›Yes.');
  });
});

describe('the marks of templates are left out', () => {
  test.each([
    ['Yes.<|im_end|>'],
    ['Yes.<|eot_id|>'],
    ['Yes.<end_of_turn>'],
    ['Yes.</s>'],
    ['Yes.<|endoftext|>'],
    ['<s>[INST] Yes.'],
    ['[/INST]Yes.'],
    ['Yes.<｜end▁of▁sentence｜>'],
    ['<|im_start|>assistant\nYes.<|im_end|>'],
    ['<|start_header_id|>assistant<|end_header_id|>Yes.'],
    ['<start_of_turn>model\nYes.'],
    ['<|channel|>final<|message|>Yes.<|return|>'],
    ['Yes.<|im_end|>\n<|im_start|>user\nAnd tomorrow?<|im_end|>\n<|im_start|>assistant\nNo.'],
    ['Yes.[INST] And tomorrow? [/INST] No.'],
    ['Yes.<turn|>'],
  ])('%s', (written) => {
    expect(read([written]).trim()).toBe('Yes.');
  });
});

test('a mark behind a quotation is one', () => {
  expect(read(['Say `yes`<|im_end|>'])).toBe('Say `yes`');
});

describe('a call is read', () => {
  test.each([
    [`<tool_call>\n${CALL}\n</tool_call>`],
    [`<tool_call>${CALL}`],
    [CALL],
    [`[${CALL}]`],
    ['{"type":"function","name":"set_timer","parameters":{"seconds":5}}'],
    ['{"set_timer": {"seconds": 5}}'],
    [`<|python_tag|>${CALL}<|eom_id|>`],
    [`\`\`\`json\n${CALL}\n\`\`\``],
    ['<function=set_timer>{"seconds": 5}</function>'],
    [
      '<tool_call>\n<function=set_timer>\n<parameter=seconds>\n5\n</parameter>\n</function>\n</tool_call>',
    ],
    [`[TOOL_CALLS][${CALL}]</s>`],
    ['[TOOL_CALLS]set_timer[ARGS]{"seconds":5}'],
    [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>set_timer\n```json\n{"seconds":5}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
    [
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.set_timer:0<|tool_call_argument_begin|>{"seconds":5}<|tool_call_end|><|tool_calls_section_end|>',
    ],
    [
      '<|channel|>commentary to=functions.set_timer <|constrain|>json<|message|>{"seconds":5}<|call|>',
    ],
    [
      '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.set_timer<|message|>{"seconds":5}<|call|>',
    ],
    [
      '<|start|>assistant to=functions.set_timer<|channel|>commentary json<|message|>{"seconds":5}<|call|>',
    ],
    ['analysisHm.assistantcommentary to=functions.set_timer json{"seconds":5}'],
    [`${CALL}}`],
    [
      '<minimax:tool_call><invoke name="set_timer"><parameter name="seconds">5</parameter></invoke></minimax:tool_call>',
    ],
    [
      '<function_calls><invoke name="set_timer"><parameter name="seconds">5</parameter></invoke></function_calls>',
    ],
  ])('%s', (written) => {
    expect(read([written]).trim()).toBe('‹set_timer {"seconds":5}›');
    expect(read([`Sure. ${written}`]).replace(/\n| (?=‹)/g, '')).toMatch(
      /^Sure\. ?(‹set_timer {"seconds":5}›$|analysis)/,
    );
  });

  test('after words; what follows belongs to it', () => {
    expect(read([`Sure.\n${CALL}\nDone.`])).toBe('Sure.\n‹set_timer {"seconds":5}›');
    expect(read([`Sure! ${CALL}; {"name":"list_timers","arguments":{}}`])).toBe(
      'Sure! ‹set_timer {"seconds":5}›‹list_timers {}›',
    );
  });

  test.each([
    ['{"name":"get_weather","parameters":{"city":"Rome"}}'],
    ['<tool_call>{"name":"set_timer","arguments":{"seconds":</tool_call>'],
    ['{"name":"set_timer","arguments":{"seconds":'],
    ['<tool_call>what</tool_call>'],
    ['[set_timer(seconds=5)]'],
    ['<|tool_call_start|>[set_timer(seconds=5)]<|tool_call_end|>'],
    ['<|tool_call>call:set_timer{seconds:5}<tool_call|>'],
    ['[TOOL_CALLS]'],
  ])('or lost: %s', (written) => {
    const outcome = read([written]);
    expect(outcome === '‹lost›' || written === '[TOOL_CALLS]').toBe(true);
    expect(outcome).not.toContain('[');
  });
});

test.each([
  ['3 < 4 and 5 > 4'],
  ['[laughs] Ha.'],
  ['a { b } c'],
  ['{ "a": 1 }'],
  ['{"name":"Bob","age":3}'],
  ['Write `</think>` after it.'],
  ['A “<|im_end|>” ends it, a `<tool_call>` too'],
  ['See [1] and [the docs](https://example.com).'],
  ['The assistant finally analysed it.'],
  ['analysis is a branch of mathematics'],
  ['assistants'],
  ['spell it (or do not)'],
  ['`set_timer` sets one'],
  ['x <y and z'],
  ['<b>bold</b><br>'],
  ['I <3 you'],
  ['f(x)'],
  ['Action: none.'],
  ['Set_timer(…) [sic]'],
  ['{"name":"Bob", "age":3}, [{"a":1}, {"b":[2]}]'],
  ['[spelling] [list_'],
])('%s stays as it is', (written) => {
  expect(read([written])).toBe(written);
  expect(read([...written])).toBe(written);
});

describe('code is left out', () => {
  test.each([
    ['```ts\nlet x = 1;\n```\nDone.', 'Done.'],
    ['So: ```python\nprint(1)\n```\nDone.', 'So: \nDone.'],
    ['```json\n{"a": 1}\n```', ''],
    ['```js\nlet x', ''],
    ['```py\nspell(word)\n```', ''],
    ['```\n$ npm start\n```', ''],
  ])('%j', (written, rest) => {
    expect(read([written])).toBe(rest);
  });

  test.each([
    ['```\nIt is noon.\nReally.\n```\nDone.', 'It is noon.\nReally.\n\nDone.'],
    ['```markdown\n# Noon\n```', '# Noon'],
    ['~~old~~ new ~ 5', '~~old~~ new ~ 5'],
    ['Run `npm start` now.', 'Run `npm start` now.'],
    ['A ```word``` here', 'A ```word``` here'],
  ])('but not text between fences: %j', (written, said) => {
    expect(read([written])).toBe(said);
    expect(read([...written])).toBe(said);
  });
});

test('what has no end is left out, however long it is', () => {
  const long = 'x = 1\n'.repeat(5_000);
  expect(read(['```py\n', long, long, '```\nDone.'])).toBe('Done.');
  expect(read(['<tool_call>', long, long])).toBe('‹lost›');
  expect(read(['Yes.<think>', long, long])).toBe('Yes.');
});

test('plain words are not held back', () => {
  const notation = new MachineNotation(TOOLS);
  const pieces = [
    'It',
    ' is',
    ' 3 < 4',
    ' as',
    ' [la',
    'ughs] in',
    ' a { b',
    ' }.',
    '\nAnd',
    ' so',
  ];
  expect(
    pieces.map((piece) =>
      notation
        .push(piece)
        .map((each) => each.kind === 'text' && each.text)
        .join(''),
    ),
  ).toEqual(pieces);
});

const MARKS =
  '<think>§</think>§<§>§</§[§]§{§}§"§`§```§```json\n§~~~§~§\n§ §a§.§analysis§assistant§final§commentary to=functions.§<|channel|>§<|message|>§<|end|>§<|start|>§<|im_end|>§<|im_start|>§user\n§assistant\n§[THINK]§[/THINK]§[INST]§[TOOL_CALLS]§<tool_call>§</tool_call>§<function=§{"name":§"set_timer"§set_timer§(seconds=5)§Action: §<|tool_call>§<tool_call|>§<|python_tag|>§</s>§,§;§Hello. §3 < 4§\'§spell§(§)';
const scrap = fc.constantFrom(...MARKS.split('§'), CALL);

test('how the text is cut makes no difference', () => {
  const written = fc.array(scrap, { maxLength: 14 }).map((scraps) => scraps.join(''));
  fc.assert(
    fc.property(written, fc.array(fc.nat(300), { maxLength: 12 }), (text, cuts) => {
      const whole = read([text]);
      expect(read([...text])).toBe(whole);
      const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)), text.length];
      const pieces = places
        .toSorted((a, b) => a - b)
        .map((place, index, all) => text.slice(place, all[index + 1] ?? text.length));
      expect(read(pieces)).toBe(whole);
    }),
    { numRuns: 2_000 },
  );
});
