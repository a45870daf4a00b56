import { expect, it } from 'vitest';
import { CAPABILITIES } from '../capabilities/index.ts';
import type { ReminderEntry } from '../conversation.ts';
import { SUGGESTIONS } from './suggestions.ts';
import { understand } from './understand.ts';

const TOOLS = CAPABILITIES.flatMap(({ tools = [] }) => tools);

/** Where one timer runs, on a Friday at 16:04 in Berlin. */
function scene() {
  const said: string[] = [];
  let running: ReminderEntry[] = [{ id: 1, label: 'tea', text: 'Done.', remainingMs: 60_000 }];
  const context = {
    now: () => new Date('2025-11-21T15:04:00Z'),
    random: () => 0.4,
    person: { timeZone: 'Europe/Berlin' },
    suggestions: SUGGESTIONS,
    reminders: {
      add({ label, text, delayMs }: { label: string; text: string; delayMs: number }) {
        said.push(text);
        running = [...running, { id: 2, label, text, remainingMs: delayMs }];
        return running.at(-1);
      },
      list: () => running,
      cancel(id: number) {
        running = running.filter((reminder) => reminder.id !== id);
      },
    },
  };
  return { context, left: () => ({ running, said }) };
}

type Case = readonly [phrase: string, answer: string, tool: string, input: object, report: string];

/** What the assistant without a language model answers, and what a language model's tool reports. */
const CASES: readonly Case[] = [
  [
    'what time is it',
    'It is four oh four in the afternoon.',
    'current_time',
    {},
    'It is Friday, November 21, 2025 at 4:04 PM (time zone Europe/Berlin).',
  ],
  [
    'what time is it in tokyo',
    'It is twelve oh four in the morning on Saturday in Tokyo.',
    'current_time',
    { time_zone: 'Asia/Tokyo' },
    'It is Saturday, November 22, 2025 at 12:04 AM (time zone Asia/Tokyo).',
  ],
  [
    'set a pasta timer for ten minutes',
    'Your pasta timer is set for ten minutes.',
    'set_timer',
    { seconds: 600, label: 'pasta' },
    'The timer is set. Its id is 2.',
  ],
  [
    'what timers are running',
    'One minute left on your tea timer.',
    'list_timers',
    {},
    'id 1: tea, 60 seconds left',
  ],
  [
    'stop the tea timer',
    'The tea timer is cancelled.',
    'cancel_timer',
    { id: 1 },
    'Cancelled: tea.',
  ],
  [
    'cancel all timers',
    'The timer is cancelled.',
    'cancel_timer',
    { id: 'all' },
    'Cancelled: tea.',
  ],
  [
    'what is seven times eight',
    'Seven times eight is fifty six.',
    'calculate',
    { expression: '7 * 8' },
    '56',
  ],
  [
    'add one and two point five',
    'One plus two point five is three point five.',
    'calculate',
    { expression: '1 + 2.5' },
    '3.5',
  ],
  [
    'ten divided by zero',
    'Nothing can be divided by zero.',
    'calculate',
    { expression: '10/0' },
    'Nothing can be divided by zero.',
  ],
  [
    'how many kilometers is five miles',
    'Five miles is about eight kilometers.',
    'convert_units',
    { amount: 5, from: 'miles', to: 'km' },
    '5 miles = 8.04672 kilometers',
  ],
  [
    'convert minus forty celsius to fahrenheit',
    'Minus forty degrees celsius is minus forty degrees fahrenheit.',
    'convert_units',
    { amount: -40, from: '°C', to: '°F' },
    '-40 degrees celsius = -40 degrees fahrenheit',
  ],
  same('how many miles is five pounds', 'convert_units', { amount: 5, from: 'lb', to: 'mile' }),
  same('spell rhythm', 'spell', { word: 'rhythm' }),
  same('flip a coin', 'pick_random', { kind: 'coin' }),
  same('roll two dice', 'pick_random', { kind: 'dice', dice: 2 }),
  same('pick a number between five and ten', 'pick_random', { kind: 'number', low: 5, high: 10 }),
  same('tell me a joke', 'tell_joke', {}),
  same('tell me a fun fact', 'tell_fact', {}),
];

function same(phrase: string, tool: string, input: object): Case {
  const report = used(tool, input, scene());
  return [phrase, report, tool, input, report];
}

function used(name: string, input: object, { context }: ReturnType<typeof scene>): string {
  const tool = TOOLS.find((candidate) => candidate.name === name)!;
  // Between the hour and AM stands a narrow space, or a common one, as the runtime's data say.
  return tool.use(tool.input.parse(input), context).replaceAll(/\s/g, ' ');
}

it.each(CASES)('"%s" does what the tool does', (phrase, answer, tool, input, report) => {
  const [spoken, called] = [scene(), scene()];
  expect(understand(phrase, CAPABILITIES)?.answer(spoken.context)).toBe(answer);
  expect(used(tool, input, called)).toBe(report);
  expect(spoken.left()).toEqual(called.left());
});

it('holds a case for every tool', () => {
  const names = new Set(CASES.map(([, , tool]) => tool));
  expect(TOOLS.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
});

it('only what chats has no tool', () => {
  const without = CAPABILITIES.filter(({ tools }) => tools === undefined);
  expect(without.map(({ name }) => name)).toEqual(['control', 'small-talk', 'help']);
});

it('tools say what they cannot do', () => {
  const problem = (name: string, input: object) => used(name, input, scene());
  expect(problem('calculate', { expression: 'what?' })).toMatch(/^That is not an expression/);
  expect(problem('convert_units', { amount: 1, from: 'parsecs', to: 'miles' })).toBe(
    'The unit "parsecs" is not known.',
  );
  expect(problem('current_time', { time_zone: 'Mars' })).toMatch(/not the IANA name/);
});
