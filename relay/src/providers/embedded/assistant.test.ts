import { beforeEach, describe, expect, it } from 'vitest';
import type {
  GeneratorEvent,
  Message,
  Reminder,
  Reminders,
} from '../../call/stages/generator/generator.ts';
import { createEmbeddedAssistant } from './assistant.ts';

/** A Friday, 16:04 in Berlin. */
const NOW = new Date('2025-11-21T15:04:00Z');

let added: { label: string; text: string; delayMs: number }[];
let running: Reminder[];
const reminders: Reminders = {
  add(reminder) {
    if (running.length >= 3) return undefined;
    const kept = { id: running.length + 1, ...reminder, remainingMs: reminder.delayMs };
    added.push(reminder);
    running.push(kept);
    return kept;
  },
  list: () => running,
  cancel(id) {
    running = running.filter((reminder) => reminder.id !== id);
  },
};

beforeEach(() => {
  added = [];
  running = [];
});

async function eventsOf(
  history: readonly Message[],
  {
    signal = new AbortController().signal,
    timeZone = 'Europe/Berlin',
    random = () => 0,
  }: { signal?: AbortSignal; timeZone?: string; random?: () => number } = {},
): Promise<GeneratorEvent[]> {
  const assistant = createEmbeddedAssistant({ now: () => NOW, random });
  const events: GeneratorEvent[] = [];
  for await (const event of assistant.generate({
    history,
    signal,
    person: { timeZone },
    reminders,
  })) {
    events.push(event);
  }
  return events;
}

function textOf(events: readonly GeneratorEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

async function ask(
  text: string,
  options?: { timeZone?: string; random?: () => number },
): Promise<string> {
  return textOf(await eventsOf([{ role: 'user', text }], options));
}

describe('the assistant answers', () => {
  it.each([
    ['What time is it?', 'It is 4:04 in the afternoon.'],
    ['what time is it in tokyo', 'It is 12:04 in the morning on Saturday in Tokyo.'],
    [
      'Hey Parley, could you tell me what time it is in Zürich please',
      'It is 4:04 in the afternoon in Zurich.',
    ],
    [
      'what time is it in atlantis please',
      'I do not know the time in Atlantis. I know it in most larger cities.',
    ],
    ['what is the date tomorrow', 'Tomorrow is Saturday, November 22, 2025.'],
    ['what was the date yesterday', 'Yesterday was Thursday, November 20, 2025.'],
    ['what is seven times eight', '7 times 8 is 56.'],
    ['7*8', '7 times 8 is 56.'],
    ["what's 7 x 8?", '7 times 8 is 56.'],
    ['2 + 3 * 4', '2 plus 3 times 4 is 14.'],
    ['(2 + 3) * 4', 'That is 20.'],
    ['what is fifteen percent of eighty', '15 percent of 80 is 12.'],
    ['the square root of two', 'The square root of 2 is about 1.41.'],
    ['√-4', 'That root has no answer among the real numbers.'],
    ['ten divided by zero', 'Nothing can be divided by 0.'],
    ['1/0 + 1', 'Nothing can be divided by 0.'],
    ['9^99', 'That number is too large for me to say.'],
    ['what is ten minus ten', '10 minus 10 is 0.'],
    ['how many kilometers is five miles', '5 miles is about 8 kilometers.'],
    ['5 km in miles', '5 kilometers is about 3.1 miles.'],
    ['how many feet are in a mile', '1 mile is 5,280 feet.'],
    ['100 °F in °C', '100 degrees Fahrenheit is about 37.8 degrees Celsius.'],
    [
      'how many miles is five pounds',
      'I cannot turn pounds into miles. One measures weight, the other length.',
    ],
    ['how do you spell necessary', 'Necessary is spelled N, E, C, E, S, S, A, R, Y.'],
    ['flip a coin', 'It is heads.'],
    ['pick a number between five and five', 'I pick 5.'],
    ['roll two dice', 'You rolled a one and a one. That makes 2.'],
    ['thanks', 'You are welcome.'],
    ['stop', 'Okay.'],
  ])('%s', async (question, answer) => expect(await ask(question)).toBe(answer));

  it('in the time zone of the person, and in UTC if that is unknown', async () => {
    expect(await ask('what time is it', { timeZone: 'Asia/Kolkata' })).toBe(
      'It is 8:34 in the evening.',
    );
    expect(await ask('what time is it', { timeZone: 'Mars/Olympus' })).toBe(
      'It is 3:04 in the afternoon.',
    );
  });

  it('within the bounds of a die', async () => {
    expect(await ask('roll a die', { random: () => 0.999_999 })).toBe('You rolled a 6.');
  });

  it('with the last reply when asked to repeat it', async () => {
    const events = await eventsOf([
      { role: 'user', text: 'hello' },
      { role: 'assistant', text: 'Hello there.' },
      { role: 'user', text: 'say that again' },
    ]);
    expect(textOf(events)).toBe('Hello there.');
  });

  it('with another joke than the last', async () => {
    const first = await ask('tell me a joke');
    const second = textOf(
      await eventsOf([
        { role: 'assistant', text: first },
        { role: 'user', text: 'tell me another joke' },
      ]),
    );
    expect(second).not.toBe(first);
  });
});

describe('timers', () => {
  it('ring with their names', async () => {
    expect(await ask('Set a timer for five seconds.')).toBe('Your timer is set for 5 seconds.');
    expect(added).toEqual([
      { label: 'five second', text: 'Your 5 second timer is done.', delayMs: 5_000 },
    ]);
  });

  it.each([
    ['set a timer for two and a half minutes', 150_000],
    ['start a ninety second timer', 90_000],
    ['set a timer for an hour and a half', 5_400_000],
    ['remind me in half an hour', 1_800_000],
    ['set a pasta timer for one minute and five seconds', 65_000],
    ['timer 90s', 90_000],
    ['remind me in one minute and ninety seconds', 150_000],
  ])('%s', async (request, delayMs) => {
    await ask(request);
    expect(added.map((reminder) => reminder.delayMs)).toEqual([delayMs]);
  });

  it('remind of things typed', async () => {
    await ask('remind me to call my mother in 2 hours');
    expect(added[0]).toMatchObject({
      text: 'This is your reminder: call your mother.',
      delayMs: 7_200_000,
    });
  });

  it('are listed and cancelled by name', async () => {
    await ask('set a pasta timer for ten minutes');
    await ask('set a timer for five minutes');
    expect(await ask('how much time is left')).toBe(
      'There are 2 timers. 10 minutes left on your pasta timer and 5 minutes left on your 5 minute timer.',
    );
    expect(await ask('cancel the pasta timer')).toBe('The pasta timer is cancelled.');
    expect(await ask('cancel the tea timer')).toBe('There is no tea timer running.');
    expect(await ask('cancel the timer')).toBe('The timer is cancelled.');
    expect(await ask('what timers are running')).toBe('There is no timer running.');
  });

  it('are refused honestly', async () => {
    expect(await ask('set a timer for zero seconds')).toBe('A timer needs at least one second.');
    expect(await ask('set a timer for 99 hours')).toBe('A timer can run for a day at most.');
    for (const _ of [1, 2, 3]) await ask('set a timer for ten minutes');
    expect(await ask('set a timer for ten minutes')).toMatch(/^I cannot keep any more timers\./);
  });
});

describe('what is not understood', () => {
  it.each(['what is the capital of france', 'asdf', '🙂', '((((((((1', 'what is five'])(
    'gets an honest answer with two things to try: %s',
    async (text) => {
      const reply = await ask(text);
      expect(reply).toMatch(/^I did not understand that\. I understand things like: .+ Or: .+/);
    },
  );

  it('gets the same when spoken', async () => {
    const events = await eventsOf([{ role: 'user', text: '', unrecognised: true }]);
    expect(textOf(events)).toContain('I understand things like');
  });

  it('varies', async () => {
    expect(await ask('asdf', { random: () => 0.1 })).not.toBe(
      await ask('asdf', { random: () => 0.9 }),
    );
  });

  it('takes no time to see through, however long', async () => {
    const long = `${'(1 + '.repeat(400)} one and one hundred and `.repeat(20).slice(0, 2_000);
    expect(await ask(long)).toContain('I understand things like');
    expect(await ask('remind me to '.repeat(150))).toContain('I understand things like');
  });
});

describe('a reply', () => {
  it('comes sentence by sentence and reports that it cost nothing', async () => {
    expect(await eventsOf([{ role: 'user', text: 'roll two dice' }])).toEqual([
      { type: 'text-delta', text: 'You rolled a one and a one. ' },
      { type: 'text-delta', text: 'That makes 2.' },
      { type: 'next-suggested', texts: ['Another one'] },
      { type: 'usage-reported', inputTokens: 0, outputTokens: 0 },
    ]);
  });

  it('is empty if nothing was said', async () => {
    expect(textOf(await eventsOf([{ role: 'user', text: ' ' }]))).toBe('');
    expect(textOf(await eventsOf([]))).toBe('');
  });

  it('ends when aborted, and does nothing if it was aborted before', async () => {
    const aborted = AbortSignal.abort();
    expect(
      await eventsOf([{ role: 'user', text: 'set a timer for ten minutes' }], { signal: aborted }),
    ).toEqual([]);
    expect(added).toEqual([]);

    const controller = new AbortController();
    const assistant = createEmbeddedAssistant({ random: () => 0 });
    const texts: string[] = [];
    const request = {
      history: [{ role: 'user', text: 'roll two dice' }],
      signal: controller.signal,
      person: { timeZone: 'UTC' },
      reminders,
    } as const;
    for await (const event of assistant.generate(request)) {
      texts.push(event.type);
      controller.abort();
    }
    expect(texts).toEqual(['text-delta']);
  });

  it('never raises its voice', async () => {
    for (let step = 0; step < 1; step += 0.05) {
      for (const text of [
        'tell me a joke',
        'tell me a fact',
        'hello',
        'what can you do',
        'goodbye',
        'asdf',
      ]) {
        expect(await ask(text, { random: () => step })).not.toContain('!');
      }
    }
  });
});

describe('what may be asked elsewhere', () => {
  const typesOf = (events: readonly GeneratorEvent[]) => events.map(({ type }) => type);

  it('is told before the refusal, and without what is understood beside it', async () => {
    const events = await eventsOf([{ role: 'user', text: 'who was ada lovelace' }]);
    expect(events[0]).toEqual({ type: 'not-understood', text: 'who was ada lovelace' });
    expect(typesOf(events)).toContain('text-delta');
    expect(typesOf(await eventsOf([{ role: 'user', text: 'flip a coin' }]))).not.toContain(
      'not-understood',
    );
  });

  it('is not what the recogniser made no words of', async () => {
    const events = await eventsOf([{ role: 'user', text: '', unrecognised: true }]);
    expect(textOf(events)).toContain("I didn't catch that.");
    expect(typesOf(events)).not.toContain('not-understood');
  });
});
