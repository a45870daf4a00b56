import { CAPABILITIES } from '../../capabilities/index.ts';
import type { Answer } from '../../capabilities/intent.ts';
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
  { history, unasked = 1, person, reminders }: GenerateRequest,
  now: () => Date,
  random: () => number,
): string {
  const last = history.at(-1);
  if (last?.role !== 'user') return '';
  const said = history.slice(-Math.max(1, unasked));
  if (said.every(isSilent)) return '';
  const lastReply = lastReplyIn(history);
  const answers = answersTo(said).map((answer) =>
    answer === undefined
      ? notUnderstood(random)
      : answer({ now, random, person, reminders, suggestions: SUGGESTIONS, lastReply }),
  );
  return answers.join(' ');
}

/** One answer to each message; or to all as one sentence, if a pause has cut that into several. */
function answersTo(said: readonly Message[]): readonly (Answer | undefined)[] {
  const answers = said.map(({ text }) => understand(text, CAPABILITIES)?.answer);
  if (!answers.includes(undefined)) return answers;
  const whole = understand(said.map(({ text }) => text).join(' '), CAPABILITIES)?.answer;
  if (whole !== undefined) return [whole];
  // That it did not understand, it says once, and last.
  return [...answers.filter((answer) => answer !== undefined), undefined];
}

function isSilent(message: Message): boolean {
  return message.text.trim() === '' && !(message.role === 'user' && message.unrecognised === true);
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
