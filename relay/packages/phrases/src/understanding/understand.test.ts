import { expect, it } from 'vitest';
import { CAPABILITIES } from '../capabilities/index.ts';
import { understand, understandAll } from './understand.ts';

const capabilityOf = (text: string) => understand(text, CAPABILITIES)?.capability.name;

it.each([
  ['jokes', 'tell me a really good joke'],
  ['jokes', 'could you maybe tell me kind of a funny joke or something'],
  ['jokes', 'can I hear a joke?'],
  ['jokes', 'got any jokes'],
  ['jokes', 'do you know any dad jokes'],
  ['facts', 'do you know any interesting facts'],
  ['facts', 'tell me any really cool fact'],
  ['timers', 'I kind of need a timer for about ten minutes'],
  ['timers', 'can I please just have a quick five minute timer'],
  ['timers', 'um, could you, like, set a timer for like five minutes real quick'],
  ['timers', 'could you just quickly set me a little reminder to call my good friend in one hour'],
  ['timers', 'just set an early alarm for exactly six'],
  ['timers', 'can you cancel any timers'],
  ['clock', 'do you by any chance know the exact time'],
  ['clock', 'would it be possible to know what the current local time in Tokyo is'],
  ['clock', "is there any chance you could tell me today's exact date"],
  ['clock', 'how many days is it actually still until Christmas'],
  ['chance', 'can you do me a favor and flip a fair coin'],
  ['chance', 'pick just any nice number between one and ten'],
  ['conversion', "so what's roughly five miles in kilometers"],
  ['arithmetic', 'what is, like, seven times eight'],
  ['spelling', 'how do you actually spell necessary'],
])('small words do not make it another request: %s: %s', (name, text) => {
  expect(capabilityOf(text)).toBe(name);
});

it.each([
  ...['any time', 'have a good time', "what's a good time", 'what a nice day', 'some other time'],
  ...['how good are you', 'how old are you', 'what is the opening time', 'is this a joke'],
  ...['do not set a quick timer for five minutes', "please don't just tell me a joke"],
  ...['set a daily alarm for six', 'really', 'just a minute', 'what kind of music do you like'],
])('small words do not make it a request: %s', (text) => {
  expect(capabilityOf(text)).toBe(undefined);
});

it('words of a reminder are not small', () => {
  const [understood] = understandAll(
    'just remind me to buy some nice milk in an hour',
    CAPABILITIES,
  );
  const reminders = {
    add: (added: object) => ({ id: 1, remainingMs: 0, label: '', text: '', ...added }),
    list: () => [],
    cancel() {},
  };
  const person = { timeZone: 'UTC' };
  const context = { now: () => new Date(), random: () => 0, person, reminders, suggestions: [] };
  expect(understood?.answer(context)).toContain('buy some nice milk');
});

it('a timer is not called by a small word', () => {
  const label = (text: string) => {
    let added = '';
    const reminders = {
      add: (entry: { label: string }) => void (added = entry.label),
      list: () => [],
      cancel() {},
    };
    const person = { timeZone: 'UTC' };
    understand(text, CAPABILITIES)?.answer({
      now: () => new Date(),
      random: () => 0,
      person,
      reminders,
      suggestions: [],
    });
    return added;
  };
  expect(label('can I have a little timer for ten minutes')).toBe('ten minute');
  expect(label('set a quick risotto timer for ten minutes')).toBe('risotto');
});
