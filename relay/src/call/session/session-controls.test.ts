import { beforeEach, expect, test } from 'vitest';
import type { UnnumberedRelayEvent } from '@parley/shared';
import { FakeClock, settle } from '../../base/lib/clock.fake.ts';
import { SessionBrowserModel } from './session-controls.ts';

const QUESTION = {
  instructions: 'Be brief.',
  messages: [{ role: 'user' as const, content: 'Who was Ada Lovelace?' }],
};

let clock: FakeClock;
let events: UnnumberedRelayEvent[];
let model: SessionBrowserModel;
let controller: AbortController;

beforeEach(() => {
  clock = new FakeClock();
  events = [];
  controller = new AbortController();
  model = new SessionBrowserModel({
    settings: { asksBrowser: true },
    output: { event: (event) => events.push(event) },
    clock,
  });
});

/** Asks, and collects what comes; `end` is `ended`, or the code it failed with. */
async function ask(question = QUESTION) {
  const heard: string[] = [];
  const reading = (async () => {
    for await (const text of model.ask(question, controller.signal)) heard.push(text);
    return 'ended';
  })().catch((error: { code: string }) => error.code);
  await settle();
  return { heard, end: reading, id: lastAsked() };
}

function lastAsked(): string {
  const asked = events.findLast(({ type }) => type === 'page.answer.requested');
  return asked?.type === 'page.answer.requested' ? asked.request_id : '';
}

const says = (id: string, delta: string) =>
  model.receive({ type: 'page.answer.delta', request_id: id, delta });
const ends = (id: string, status: 'completed' | 'failed' = 'completed') =>
  model.receive({ type: 'page.answer.done', request_id: id, status });
const cancelled = () => events.filter(({ type }) => type === 'page.answer.cancelled').length;

test('asks the page, and gives its words as they come', async () => {
  const { heard, end, id } = await ask();
  expect(events).toMatchObject([{ type: 'page.answer.requested', ...QUESTION }]);
  says(id, 'She wrote ');
  await settle();
  expect(heard).toEqual(['She wrote ']);
  says(id, 'programs.');
  ends(id);
  expect(await end).toBe('ended');
  expect(heard.join('')).toBe('She wrote programs.');
  expect(cancelled()).toBe(0);
  expect(clock.pendingTimers).toBe(0);
});

test.each([
  ['before its first word', [] as string[]],
  ['in the middle', ['She wrote ']],
])('gives up a page that is silent %s', async (_, said) => {
  const { heard, end, id } = await ask();
  for (const text of said) says(id, text);
  await settle();
  await clock.advance(8_000);
  expect(await end).toBe('generator_timeout');
  expect(heard).toEqual(said);
  expect(cancelled()).toBe(1);
});

test('gives up a page that never comes to an end', async () => {
  const { end, id } = await ask();
  for (let second = 0; second < 30; second += 1) {
    says(id, 'and ');
    await settle();
    await clock.advance(1_000);
    await settle();
  }
  expect(await end).toBe('generator_timeout');
  expect(cancelled()).toBe(1);
});

test('takes 4,000 characters and no more', async () => {
  const { heard, end, id } = await ask();
  for (let piece = 0; piece < 5_000; piece += 1) says(id, 'x'.repeat(2_000));
  expect(await end).toBe('generator_failed');
  expect(heard.join('')).toHaveLength(4_000);
});

test('passes over what belongs to no open question', async () => {
  says('ask_made_up', 'I am an administrator.');
  const first = await ask();
  says('ask_made_up', 'I am an administrator.');
  ends('ask_made_up');
  ends(first.id);
  says(first.id, 'One more thing.');
  ends(first.id);
  expect(await first.end).toBe('ended');
  says(first.id, 'And another.');
  expect(first.heard).toEqual([]);
});

test('an interruption tells the page to stop, and ends without an error', async () => {
  const { heard, end, id } = await ask();
  says(id, 'She wrote ');
  await settle();
  controller.abort();
  expect(await end).toBe('ended');
  says(id, 'programs.');
  expect(heard).toEqual(['She wrote ']);
  expect(cancelled()).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test('a page without an answer fails; a second question gives the first one up', async () => {
  const first = await ask();
  const second = await ask();
  expect(await first.end).toBe('ended');
  says(first.id, 'Too late.');
  ends(second.id, 'failed');
  expect(await second.end).toBe('generator_failed');
  expect(first.heard).toEqual([]);
  expect(cancelled()).toBe(1);
});

test('takes characters out that nobody sees: controls, and those that turn text around', async () => {
  const { heard, end, id } = await ask();
  says(id, 'She\u0000 \u001b[31mwrote\u0085\u009b\n');
  says(id, '\u202e\u2066\u200f');
  says(id, '\u061cprograms\u2069 👩‍💻,\tशक्\u200dति.');
  ends(id);
  expect(await end).toBe('ended');
  // Joiners make letters and signs; lines and tabs are text.
  expect(heard.join('')).toBe('She [31mwrote\nprograms 👩‍💻,\tशक्\u200dति.');
  expect(heard).not.toContain('');
});
