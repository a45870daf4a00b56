import { CAPABILITIES } from '../../capabilities/index.ts';
import { pick } from '../../phrases/wording.ts';
import type {
  GenerateRequest,
  Generator,
  GeneratorEvent,
  Message,
} from '../../stages/generator.ts';
import { SUGGESTIONS } from './suggestions.ts';
import { understand } from './understand.ts';

export interface EmbeddedAssistantOptions {
  readonly now?: () => Date;
  /** From 0 up to but not including 1. */
  readonly random?: () => number;
}

/** An assistant without a language model: it answers what the phrases of the capabilities cover, and says so if none matches. */
export function createEmbeddedAssistant(options: EmbeddedAssistantOptions = {}): Generator {
  const now = options.now ?? (() => new Date());
  const random = options.random ?? Math.random;
  return {
    name: 'embedded',
    answersAtOnce: true,
    async *generate(request) {
      if (request.signal.aborted) return;
      const reply = replyTo(request, now, random);
      for (const text of sentencesOf(reply)) {
        if (request.signal.aborted) return;
        yield { type: 'text-delta', text } satisfies GeneratorEvent;
      }
      if (request.signal.aborted) return;
      yield { type: 'usage-reported', inputTokens: 0, outputTokens: 0 } satisfies GeneratorEvent;
    },
  };
}

function replyTo(
  { history, person, reminders }: GenerateRequest,
  now: () => Date,
  random: () => number,
): string {
  const last = history.at(-1);
  if (last?.role !== 'user') return '';
  if (last.text.trim() === '') return last.unrecognised === true ? notUnderstood(random) : '';
  const understanding = understand(last.text, CAPABILITIES);
  if (understanding === undefined) return notUnderstood(random);
  return understanding.answer({
    now,
    random,
    person,
    reminders,
    suggestions: SUGGESTIONS,
    lastReply: lastReplyIn(history),
  });
}

function lastReplyIn(history: readonly Message[]): string | undefined {
  return history.findLast(({ role, text }) => role === 'assistant' && text.trim() !== '')?.text;
}

const APOLOGIES = [
  "I didn't catch that.",
  'I did not understand that.',
  'That is beyond me, I am afraid.',
] as const;

function notUnderstood(random: () => number): string {
  const first = pick(SUGGESTIONS, random);
  const others = SUGGESTIONS.filter((suggestion) => suggestion !== first);
  const second = others[Math.floor(random() * others.length)] ?? first;
  return `${pick(APOLOGIES, random)} With no speech provider configured, I understand things like: ${first} Or: ${second}`;
}

/** Cuts a reply behind each sentence; joined again the parts are the reply. */
function sentencesOf(reply: string): string[] {
  return reply.match(/.+?(?:[.?](?=\s|$)\s*|$)/gs) ?? [];
}
