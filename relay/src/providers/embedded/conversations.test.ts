import { describe, expect, it } from 'vitest';
import { conversationAt, PHRASINGS_NOW } from '@parley/phrases/understanding/phrasings.rig';

/** The answers to what is said in one conversation. */
async function answersTo(
  said: readonly string[],
  now: Date = PHRASINGS_NOW,
  timeZone?: string,
): Promise<readonly string[]> {
  const { say } = conversationAt(now, timeZone);
  const answers: string[] = [];
  for (const text of said) answers.push(await say(text));
  return answers;
}

describe('timers', () => {
  it('ring with their names, and with what one is reminded of', async () => {
    const { say, reminders } = conversationAt(PHRASINGS_NOW);
    await say('set a pasta timer for eight minutes');
    await say('add two minutes');
    await say('remind me to call my mother in one hour');
    expect(reminders.list()).toMatchObject([
      { label: 'pasta', text: 'Your pasta timer is done.', remainingMs: 600_000 },
      { text: 'This is your reminder: call your mother.', remainingMs: 3_600_000 },
    ]);
  });

  it('change their name with their time if they have no other', async () => {
    const { say, reminders } = conversationAt(PHRASINGS_NOW);
    await say('set a timer for five minutes');
    await say('make it ten');
    expect(reminders.list()).toMatchObject([
      { label: 'ten minute', text: 'Your 10 minute timer is done.', remainingMs: 600_000 },
    ]);
  });

  it('keep the words of a reminder that is put off', async () => {
    const { say, reminders } = conversationAt(PHRASINGS_NOW);
    await say('remind me to drink water in one minute');
    await say('add two minutes');
    expect(reminders.list()).toMatchObject([
      { text: 'This is your reminder: drink water.', remainingMs: 180_000 },
    ]);
  });

  it('are cancelled as many as there are, and it says how many', async () => {
    const set = ['set a tea timer for one minute', 'set a timer for two minutes'];
    expect((await answersTo([...set, 'cancel all'])).at(-1)).toBe('Both timers are cancelled.');
    expect((await answersTo([...set, 'set an alarm for noon', 'cancel everything'])).at(-1)).toBe(
      'All three are cancelled.',
    );
  });

  it('are asked about if it is not clear which one is meant', async () => {
    const answers = await answersTo([
      'set a tea timer for one minute',
      'set a pasta timer for two minutes',
      'what time is it',
      'cancel the timer',
      'the tea one',
      'how much time is left',
    ]);
    expect(answers.slice(3)).toEqual([
      'There are two: the tea timer and the pasta timer. Say which one, or cancel all.',
      'The tea timer is cancelled.',
      'Two minutes left on your pasta timer.',
    ]);
  });
});

describe('alarms', () => {
  it.each([
    ['set an alarm for 7 am', 16.5],
    ['set an alarm for 7 p.m.', 4.5],
    ['set an alarm for 3', 0.5],
    ['wake me up at three', 0.5],
    ['wake me up at six', 15.5],
    ['set an alarm for 18:45', 4.25],
    ['set an alarm for quarter to nine tomorrow morning', 18.25],
  ])('"%s" rings in %d hours at half past two', async (said, hours) => {
    const { say, reminders } = conversationAt(PHRASINGS_NOW);
    await say(said);
    expect(reminders.list().map(({ remainingMs }) => remainingMs / 3_600_000)).toEqual([hours]);
  });

  it.each([
    // At night, tomorrow is the day that begins with the morning.
    ['2026-11-25T01:30', 'wake me up at seven tomorrow', '2026-11-25T07:00'],
    ['2026-11-25T00:00', 'set an alarm for 7 am tomorrow', '2026-11-25T07:00'],
    ['2026-11-25T04:59', 'set an alarm for tomorrow at seven', '2026-11-25T07:00'],
    ['2026-11-25T01:30', 'wake me up at four tomorrow', '2026-11-25T04:00'],
    ['2026-11-25T01:30', 'remind me to call mom tomorrow at 3', '2026-11-25T15:00'],
    ['2026-11-25T01:30', 'set an alarm for one a.m. tomorrow', '2026-11-26T01:00'],
    ['2026-11-25T23:59', 'wake me up tomorrow at seven', '2026-11-26T07:00'],
    ['2026-11-25T23:59', 'set an alarm for midnight', '2026-11-26T00:00'],
    ['2026-11-25T14:30', 'set an alarm for one tomorrow', '2026-11-26T13:00'],
    ['2026-11-25T14:30', 'remind me tomorrow morning at nine to call mom', '2026-11-26T09:00'],
    // A night goes on until the morning.
    ['2026-11-25T14:30', 'set an alarm for one tonight', '2026-11-26T01:00'],
    ['2026-11-25T00:30', 'set an alarm for one tonight', '2026-11-25T01:00'],
    ['2026-11-25T14:30', 'wake me up tonight at eleven', '2026-11-25T23:00'],
    ['2026-11-25T14:30', 'set an alarm for twelve at night', '2026-11-26T00:00'],
    ['2026-11-25T14:30', 'set an alarm for midnight tonight', '2026-11-26T00:00'],
    ['2026-11-25T14:30', 'remind me to call mom this evening at six', '2026-11-25T18:00'],
    ['2026-11-25T14:30', 'set an alarm for twelve noon', '2026-11-26T12:00'],
  ])('at %s, "%s" is for %s', async (now, said, expected) => {
    const { say, reminders } = conversationAt(new Date(`${now}:00Z`));
    await say(said);
    const rings = reminders.list().map(({ remainingMs }) => Date.parse(`${now}Z`) + remainingMs);
    expect(rings).toEqual([Date.parse(`${expected}Z`)]);
  });

  it.each([
    // The clock is set forward over 2:15, or has been.
    ['Europe/Berlin', '2026-03-29T00:50Z', 'remind me to stretch at 2:15', '2026-03-29T01:15Z'],
    ['Europe/Berlin', '2026-03-29T01:10Z', 'set an alarm for 2:15 am', '2026-03-30T00:15Z'],
    ['Europe/Berlin', '2026-03-28T20:00Z', 'set an alarm for 7 am', '2026-03-29T05:00Z'],
    ['Europe/Berlin', '2026-03-29T00:50Z', 'remind me in two hours', '2026-03-29T02:50Z'],
    ['America/New_York', '2026-03-08T05:30Z', 'set an alarm for 2:30 am', '2026-03-08T07:30Z'],
    ['Australia/Lord_Howe', '2026-10-03T12:00Z', 'set an alarm for 2:15 am', '2026-10-03T15:45Z'],
    ['America/Santiago', '2026-09-06T02:00Z', 'set an alarm for midnight', '2026-09-06T04:00Z'],
    ['Africa/Cairo', '2026-04-22T23:50Z', 'set an alarm for 12:58 am', '2026-04-23T22:58Z'],
    // It is set back, and shows the time twice: the first that is to come.
    ['Europe/Berlin', '2026-10-24T20:00Z', 'set an alarm for 7 am', '2026-10-25T06:00Z'],
    ['Europe/Berlin', '2026-10-24T23:50Z', 'set an alarm for 2:15', '2026-10-25T00:15Z'],
    ['Europe/Berlin', '2026-10-25T00:30Z', 'remind me to stretch at 2:15', '2026-10-25T01:15Z'],
    ['America/New_York', '2026-11-01T04:30Z', 'set an alarm for 1:30 am', '2026-11-01T05:30Z'],
    ['Australia/Lord_Howe', '2026-04-04T14:50Z', 'set an alarm for 1:40', '2026-04-04T15:10Z'],
    // A day of twenty five hours is one day.
    ['Europe/Berlin', '2026-10-24T12:00Z', 'set an alarm for two pm', '2026-10-25T13:00Z'],
    // December 30, 2011 never came in Apia; Kathmandu is off by three quarters of an hour.
    ['Pacific/Apia', '2011-12-30T08:00Z', 'wake me up at seven tomorrow', '2011-12-30T17:00Z'],
    ['Asia/Kathmandu', '2026-11-24T20:00Z', 'wake me up at seven tomorrow', '2026-11-25T01:15Z'],
  ])('in %s at %s, "%s" is for %s', async (timeZone, now, said, expected) => {
    const { say, reminders } = conversationAt(new Date(now), timeZone);
    await say(said);
    const rings = reminders.list().map(({ remainingMs }) => Date.parse(now) + remainingMs);
    expect(rings).toEqual([Date.parse(expected)]);
  });

  it('say their day if that is not clear', async () => {
    const [answer] = await answersTo(['wake me up at seven'], new Date('2026-11-25T01:30Z'));
    expect(answer).toContain("seven o'clock in the morning today");
  });

  it('are refused more than a day ahead', async () => {
    expect(await answersTo(['set an alarm for 4 pm tomorrow'])).toEqual([
      'An alarm can be a day ahead at most.',
    ]);
    expect(await answersTo(['remind me to call mom at 4 pm tomorrow'])).toEqual([
      'A reminder can be a day ahead at most.',
    ]);
  });
});

describe('what refers to what was said before', () => {
  it('goes on over several steps', async () => {
    const answers = await answersTo(['what is seven times eight', 'double that', 'plus ten']);
    expect(answers.slice(1)).toEqual([
      'Fifty six times two is one hundred twelve.',
      'One hundred twelve plus ten is one hundred twenty two.',
    ]);
  });

  it('is the day of a place behind a day', async () => {
    expect((await answersTo(['what day is it in tokyo', 'and in honolulu']))[1]).toBe(
      'In Honolulu it is Monday, November twenty third, twenty twenty six.',
    );
  });

  it('survives a phrase that was not understood', async () => {
    const answers = await answersTo([
      'what time is it in paris',
      'colourless green',
      'and in london',
    ]);
    expect(answers[2]).toBe('It is two thirty in the afternoon in London.');
  });

  it('is asked for if nothing was said before', async () => {
    expect(await answersTo(['double that'])).toEqual([
      'Give me a sum first, such as: what is seven times eight?',
    ]);
  });
});

describe('what is suggested next', () => {
  it.each([
    ['what time is it in tokyo', 'And in Lisbon?', /in Lisbon\.$/],
    ['what is seven times eight', 'Double that', /is one hundred twelve\.$/],
    ['how many kilometers is five miles', 'And fifty?', /^Fifty miles is about eighty/],
    ['set a timer for five minutes', 'Add one minute', /now has six minutes left\.$/],
    ['tell me a joke', 'Another one', /./],
    ['flip a coin', 'Another one', /^It is (?:heads|tails)\.$/],
    ['what can you do', 'What is seven times eight?', /is fifty six\.$/],
  ])('after “%s” is understood: %s', async (said, suggestion, answer) => {
    const { say, suggestions } = conversationAt(PHRASINGS_NOW);
    await say(said);
    expect(suggestions()).toEqual([suggestion]);
    expect(await say(suggestion)).toMatch(answer);
  });

  it.each(['asdf', 'what is the capital of france', 'please put eggs on a countdown timer'])(
    'after “%s” is what would have been understood, the second time too',
    async (said) => {
      const { say, suggestions } = conversationAt(PHRASINGS_NOW);
      for (const text of [said, 'jkl']) {
        await say(text);
        expect(suggestions()).toHaveLength(2);
      }
      for (const suggestion of suggestions()) expect(await say(suggestion)).not.toMatch(/not /);
    },
  );

  it.each([
    'what day is it',
    'what time is it in lisbon',
    'ten divided by zero',
    'how many miles is five pounds',
    'set a timer for 99 hours',
    'thanks',
  ])('is nothing after “%s”', async (said) => {
    const { say, suggestions } = conversationAt(PHRASINGS_NOW);
    await say(said);
    expect(suggestions()).toEqual([]);
  });
});

describe('what was not understood', () => {
  it('gets examples of the nearest topic', async () => {
    const [answer] = await answersTo(['please put eggs on a countdown timer']);
    expect(answer).toMatch(/^I did not understand that\. .+: Set a timer .+ Or: Set a pasta timer/);
  });

  it('is not explained twice in a row', async () => {
    const [, second, , fourth] = await answersTo(['asdf', 'jkl', 'flip a coin', 'asdf']);
    expect(second).toBe('Sorry, not that either.');
    expect(fourth).toContain('I understand things like');
  });
});

it('answers two requests in one breath in their order', async () => {
  const { say, reminders } = conversationAt(PHRASINGS_NOW);
  expect(await say('Set a tea timer for a minute, and what is two plus two?')).toBe(
    'Your tea timer is set for one minute. Two plus two is four.',
  );
  expect(reminders.list()).toHaveLength(1);
});

it('does nothing of two requests if one of them is not understood', async () => {
  const { say, reminders } = conversationAt(PHRASINGS_NOW);
  expect(await say('set a timer for a minute and call my sister')).toContain('did not understand');
  expect(reminders.list()).toEqual([]);
});

it('offers help with what was just tried', async () => {
  const [, help] = await answersTo(['how many feet are in a mile', 'help']);
  expect(help).toMatch(/Try saying: (?:How many kilometers|Convert seventy)/);
});
