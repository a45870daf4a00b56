import type { LanguageModelV4FunctionTool, LanguageModelV4Message } from '@ai-sdk/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../base/lib/clock.fake.ts';
import { silentLogger } from '../../../base/lib/logger.ts';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { Message } from '../../../call/stages/generator/generator.ts';
import { momentFor } from './instructions.ts';
import { ModelLimits } from './model-limits.ts';
import { ModelTurn } from './model-turn.ts';

const TOOLS: LanguageModelV4FunctionTool[] = [
  { type: 'function', name: 'set_timer', inputSchema: { type: 'object' } },
];
const SYSTEM = 'Be brief.';

function limitsOf(contextTokens?: number): ModelLimits {
  return new ModelLimits({
    name: 'test',
    tools: 'auto',
    contextTokens,
    maxOutputTokens: 1_024,
    clock: new FakeClock(),
    logger: silentLogger,
  });
}

function turnOf(history: readonly Message[], limits: ModelLimits, minute = 0): ModelTurn {
  const now = new Date(Date.UTC(2026, 10, 22, 9, minute));
  const moment = momentFor({ timeZone: 'UTC' }, now);
  return new ModelTurn({ limits, systemPrompt: SYSTEM, tools: TOOLS, history, moment });
}

const user = (text: string): Message => ({ role: 'user', text });
const assistant = (text: string): Message => ({ role: 'assistant', text });

/** The words of a request, as they go over the wire: tools, instructions, messages. */
function wireOf(turn: ModelTurn): string {
  const { tools, prompt } = turn.next(true);
  return JSON.stringify([tools, prompt.map(({ role, content }) => [role, textOf(content)])]);
}

function textOf(content: LanguageModelV4Message['content']): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** Estimated as they are in the requests. */
const tokensOf = (turn: ModelTurn) =>
  turn.next(true).prompt.reduce((sum, { content }) => sum + estimateTokens(textOf(content)), 0);

const words = fc.lorem({ maxCount: 40, mode: 'words' });
const text = fc.oneof(words, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }));
const talk = fc
  .array(fc.tuple(text, text), { maxLength: 60 })
  .map((turns) =>
    turns.flatMap(([asked, said], turn) => [
      user(`#${2 * turn}# ${asked}`),
      assistant(`#${2 * turn + 1}# ${said}`),
    ]),
  );

describe('what is sent', () => {
  it('never passes the bound, keeps the order, and holds the newest question', () => {
    fc.assert(
      fc.property(
        talk,
        text,
        fc.integer({ min: 600, max: 20_000 }),
        (history, question, context) => {
          const asked = question.trim();
          fc.pre(asked !== '');
          const limits = limitsOf(context);
          const turn = turnOf([...history, user(question)], limits);
          const { prompt } = turn.next(true);
          expect(tokensOf(turn)).toBeLessThanOrEqual(limits.room.inputTokens);
          const sent = prompt.slice(1).map(({ content }) => textOf(content));
          expect(sent.at(-1)!.includes(asked) || estimateTokens(asked) > 200).toBe(true);
          // Each message begins with its number: what is kept is the end of the talk, without a gap.
          const numbers = [...sent.join('\n').matchAll(/^#(\d+)#/gm)].map(([, digits]) =>
            Number(digits),
          );
          const first = numbers[0] ?? history.length;
          expect(numbers).toEqual(history.map((_, index) => index).slice(first));
          expect(prompt.map(({ role }) => role).slice(1)).toEqual(
            sent.map((_, index) => (index % 2 === 0 ? 'user' : 'assistant')),
          );
        },
      ),
    );
  });

  it('is cut in words if the question alone is too long', () => {
    const question = `What follows from this? ${'words and words, '.repeat(2_000)} Is it true?`;
    const turn = turnOf([user('Hello.'), assistant('Hi.'), user(question)], limitsOf(2_000));
    const [system, ...sent] = turn.next(true).prompt;
    expect(system?.content).toContain(SYSTEM);
    expect(sent).toHaveLength(1);
    const asked = textOf(sent[0]!.content);
    expect(asked).toMatch(
      /^What follows from this\?.*too long is left out.*Is it true\?\n\n\[For/s,
    );
    expect(tokensOf(turn)).toBeLessThanOrEqual(limitsOf(2_000).room.inputTokens);
  });

  it('leaves tools out if the context has no room for them', () => {
    const tools = Array.from({ length: 40 }, (_, n) => ({
      type: 'function' as const,
      name: `tool_${n}`,
      description: 'x'.repeat(300),
      inputSchema: { type: 'object' as const },
    }));
    const next = (context: number) =>
      new ModelTurn({
        limits: limitsOf(context),
        systemPrompt: SYSTEM,
        tools,
        history: [user('Hello.')],
        moment: '',
      }).next(true);
    expect(next(4_000).tools).toBeUndefined();
    expect(textOf(next(4_000).prompt[0]!.content)).toContain('You have no tools');
    expect(next(16_000).tools).toHaveLength(40);
  });

  it('keeps a tool’s call and its result together, the result cut', () => {
    const limits = limitsOf(2_000);
    const history = Array.from({ length: 40 }, (_, n) => [
      user(`q${n} `.repeat(20)),
      assistant('a'),
    ]);
    const turn = turnOf([...history.flat(), user('Look it up.')], limits);
    turn.next(true);
    turn.add([
      {
        role: 'assistant',
        content: [{ type: 'tool-call', toolCallId: '1', toolName: 'look', input: {} }],
      },
      {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: '1',
            toolName: 'look',
            output: { type: 'text', value: 'long '.repeat(1_600) },
          },
        ],
      },
    ]);
    const { prompt, tools } = turn.next(true);
    expect(prompt.slice(-2)).toMatchObject([
      { role: 'assistant', content: [{ toolCallId: '1' }] },
      { role: 'tool', content: [{ toolCallId: '1' }] },
    ]);
    expect(tools).toBeDefined();
    expect(JSON.stringify(prompt)).toContain('Look it up.');
    expect(tokensOf(turn)).toBeLessThanOrEqual(limits.room.inputTokens);
  });
});

describe('from turn to turn, while the clock moves', () => {
  /** Where the time of day begins, in JSON. */
  const MOMENT = String.raw`\n\n[For`;

  /** How much of the first request the second one repeats from the beginning. */
  function commonTo(before: string, after: string): string {
    let length = 0;
    while (length < before.length && before[length] === after[length]) length++;
    return before.slice(0, length);
  }

  it('everything but the last turn is the same, to the letter', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words), { minLength: 2, maxLength: 30 }), (turns) => {
        const limits = limitsOf();
        const history: Message[] = [];
        let before = '';
        turns.forEach(([asked, said], minute) => {
          history.push(user(asked));
          const wire = wireOf(turnOf(history, limits, minute));
          expect(wire).toContain(MOMENT);
          // As far as the question before this one; only the time followed it.
          const lastTurn = before.lastIndexOf(MOMENT);
          expect(commonTo(before, wire).length).toBeGreaterThanOrEqual(lastTurn);
          before = wire;
          history.push(assistant(said));
        });
      }),
    );
  });

  it('a talk beyond the bound loses its beginning in few strides', () => {
    const limits = limitsOf(3_000);
    const history: Message[] = [];
    let before = '';
    let changes = 0;
    for (let minute = 0; minute < 60; minute++) {
      history.push(user(`Question ${minute}: ${'word '.repeat(60)}`));
      const wire = wireOf(turnOf(history, limits, minute));
      if (commonTo(before, wire).length < before.lastIndexOf(MOMENT)) changes++;
      before = wire;
      history.push(assistant(`Answer ${minute}: ${'word '.repeat(60)}`));
    }
    expect(changes).toBeLessThanOrEqual(10);
    expect(changes).toBeGreaterThan(0);
  });
});

describe('a refusal', () => {
  const long = Array.from({ length: 60 }, (_, n) => [
    user(`${n} ${'word '.repeat(50)}`),
    assistant('word '.repeat(50)),
  ]).flat();

  it('because of the context has the turn asked again with less', () => {
    const turn = turnOf([...long, user('And now?')], limitsOf());
    turn.next(true);
    const before = tokensOf(turn);
    expect(turn.adapt('maximum context length is 4096 tokens')).toBe(true);
    expect(tokensOf(turn)).toBeLessThan(Math.min(before, 4_096));
    expect(wireOf(turn)).toContain('And now?');
  });

  it('that only quotes the request costs the turns after it nothing', () => {
    const limits = limitsOf();
    const turn = turnOf([user('Hi')], limits);
    turn.next(true);
    expect(turn.adapt('unreadable: {"messages": […], "tools": […]}')).toBe(true);
    expect(turn.next(true).tools).toBeUndefined();
    // Without tools it was refused as well.
    expect(turn.adapt('unreadable: {"messages": […]}')).toBe(false);
    expect(turnOf([user('Hi')], limits).next(true).tools).toHaveLength(TOOLS.length);
  });

  it('because of tools is remembered once the server took the turn without them', () => {
    const limits = limitsOf();
    const turn = turnOf([user('Hi')], limits);
    turn.next(true);
    turn.adapt('gemma3 does not support tools');
    turn.next(true);
    turn.accepted();
    expect(turnOf([user('Hi')], limits).next(true).tools).toBeUndefined();
  });

  it('is passed on if there is nothing to leave out, and after a few times', () => {
    const alone = turnOf([user('Hi')], limitsOf());
    alone.next(true);
    expect(alone.adapt('bad request')).toBe(false);
    const turn = turnOf([...long, user('And now?')], limitsOf());
    let times = 0;
    for (turn.next(true); turn.adapt('context length exceeded') && times < 100; turn.next(true)) {
      times++;
    }
    expect(times).toBeLessThanOrEqual(4);
  });
});
