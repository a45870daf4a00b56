import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import {
  isDoubtful,
  type GenerateRequest,
  type GeneratorEvent,
  type Message,
  type Reminders,
  type Summary,
  type SummaryRequest,
} from '../../../call/stages/generator/generator.ts';

/** Tokens of the messages before the last turn, if nothing else is known of the model. */
export const HISTORY_TOKENS = 6_000;
/** What a message costs beyond its text. */
const MESSAGE_TOKENS = 4;
/** Of a text that is cut, the share that is kept of its beginning. */
const HEAD_SHARE = 0.7;
/** Of a text that is cut, the share below which nothing is left of it anyway. */
const MIN_SHARE = 0.001;

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

/** How much of a talk is sent, in estimated tokens. */
export interface MessageBounds {
  /** Of the messages before the last turn. */
  readonly historyTokens: number;
  /** Of all messages; the last turn is cut if it alone is longer. */
  readonly maxTokens: number;
}

const NO_BOUNDS: MessageBounds = {
  historyTokens: HISTORY_TOKENS,
  maxTokens: Number.POSITIVE_INFINITY,
};

const NOT_UNDERSTOOD = '[The person said something that could not be understood.]';
const MISHEARD = '[A number in this may have been misheard.]';
const NOTHING_SAID = '[The person has said nothing yet.]';
const SAYS_NO_MORE = '[The person says nothing. Go on.]';
const LEFT_OUT = '[What was said before this is not known any more.]';
const NOTE_TOKENS = estimateTokens(LEFT_OUT) + MESSAGE_TOKENS;
const CUT = ' [A part that was too long is left out here.] ';

/**
 * The history in the shape every vendor takes: it begins and ends with the person, roles alternate,
 * and nothing is empty. Messages that do not fit are left out from the beginning, with a note; the
 * last turn is always there, and whole if it fits at all.
 *
 * From one turn to the next the messages stay as they were, so that vendors can cache them: what is
 * left out grows in strides of half the bound, not with every message.
 */
export function toModelMessages(
  history: readonly Message[],
  bounds: MessageBounds = NO_BOUNDS,
): ModelMessage[] {
  const spoken = history.flatMap(modelMessage);
  const lastTurn = Math.max(
    0,
    spoken.findLastIndex(({ role }) => role === 'user'),
  );
  const last = spoken.slice(lastTurn);
  const earlier = spoken.slice(0, lastTurn);
  const lastTokens = talkTokens(last);
  const { maxTokens } = bounds;
  const messages: ModelMessage[] = [];
  for (const message of [
    ...newest(earlier, maxTokens - lastTokens, Math.min(bounds.historyTokens, maxTokens)),
    ...shortened(last, lastTokens, maxTokens),
  ]) {
    const before = messages.at(-1);
    if (before?.role === message.role) {
      const content = `${before.content}\n${message.content}`;
      messages[messages.length - 1] = { role: message.role, content };
    } else {
      messages.push(message);
    }
  }
  if (messages[0]?.role !== 'user') messages.unshift({ role: 'user', content: NOTHING_SAID });
  if (messages.at(-1)?.role !== 'user') messages.push({ role: 'user', content: SAYS_NO_MORE });
  return messages;
}

function modelMessage(message: Message): ModelMessage[] {
  const { role } = message;
  const content = message.text.trim();
  if (role === 'earlier') {
    return [
      { role: 'user', content: content === '' ? LEFT_OUT : `[What was said before: ${content}]` },
    ];
  }
  if (role === 'user' && message.unrecognised === true) return [{ role, content: NOT_UNDERSTOOD }];
  if (content === '') return [];
  return [{ role, content: isDoubtful(message) ? `${content} ${MISHEARD}` : content }];
}

/**
 * @param leftTokens - how much the last turn leaves
 * @param boundTokens - how much there may be in any case; it sets the strides
 */
function newest(
  messages: readonly ModelMessage[],
  leftTokens: number,
  boundTokens: number,
): readonly ModelMessage[] {
  const roomTokens = Math.min(leftTokens, boundTokens) - NOTE_TOKENS;
  let tokens = talkTokens(messages);
  if (tokens <= roomTokens + NOTE_TOKENS) return messages;
  if (roomTokens < 0) return [];
  const strideTokens = boundTokens / 2;
  let passedTokens = 0;
  let first = 0;
  for (let cutTokens = strideTokens; tokens > roomTokens; cutTokens += strideTokens) {
    // As far as the next stride, and on to a message of the person.
    while (passedTokens < cutTokens || messages[first]?.role === 'assistant') {
      const message = messages[first];
      if (message === undefined) break;
      passedTokens += talkTokens([message]);
      tokens -= talkTokens([message]);
      first += 1;
    }
  }
  return [{ role: 'user', content: LEFT_OUT }, ...messages.slice(first)];
}

/** The last turn; if it alone is too long, each of its messages keeps its beginning and its end. */
function shortened(
  messages: readonly ModelMessage[],
  tokens: number,
  maxTokens: number,
): readonly ModelMessage[] {
  let cut = messages;
  // A part of a text may have more tokens than its share of the characters.
  for (
    let share = maxTokens / tokens;
    share > MIN_SHARE && talkTokens(cut) > maxTokens;
    share *= 0.9
  ) {
    cut = messages.map(({ role, content }) => ({ role, content: cutInWords(content, share) }));
  }
  return cut;
}

/** @param share - of the text that is kept: its beginning and its end */
export function cutInWords(text: string, share: number): string {
  const kept = Math.max(0, Math.floor(text.length * share) - CUT.length);
  const head = text.slice(0, Math.floor(kept * HEAD_SHARE));
  const tail = kept === head.length ? '' : text.slice(head.length - kept);
  return `${head.trimEnd()}${CUT}${tail.trimStart()}`.trim().toWellFormed();
}

/** Estimated. */
export function talkTokens(messages: readonly ModelMessage[]): number {
  return messages.reduce((sum, { content }) => sum + estimateTokens(content) + MESSAGE_TOKENS, 0);
}

/** How far one answer may go. */
export interface AnswerBounds {
  /** Rounds of tools and answer. */
  readonly steps: number;
  readonly maxOutputTokens: number;
}

/** A summary is written at once, and is short: what was said since stays as it was. */
export const SUMMARY_BOUNDS: AnswerBounds = { steps: 1, maxOutputTokens: 400 };

const REQUEST =
  '[The conversation becomes too long to be remembered word by word. Write for yourself what you need of it, in at most ten short sentences: who the person is and what they want, names, numbers and dates, what was decided or done, and what is still open. Write nothing else, and use no tools.]';

const NO_REMINDERS: Reminders = { add: () => undefined, list: () => [], cancel: () => {} };

/**
 * Asks for a summary like for any answer, so that all before the request for it can come from the
 * vendor's cache.
 *
 * @param answer - within `SUMMARY_BOUNDS`
 * @throws what `answer` throws; the signal's reason when aborted
 */
export async function summaryOf(
  { messages, person, signal, onCutOff }: SummaryRequest,
  answer: (request: GenerateRequest) => AsyncIterable<GeneratorEvent>,
): Promise<Summary> {
  const request: GenerateRequest = {
    history: [...messages, { role: 'user', text: REQUEST }],
    person,
    signal,
    reminders: NO_REMINDERS,
    ...(onCutOff && { onCutOff }),
  };
  let text = '';
  let told: Pick<Summary, 'usage' | 'isEstimated'> | undefined;
  try {
    for await (const event of answer(request)) {
      if (event.type === 'text-delta') text += event.text;
      if (event.type === 'usage-reported') {
        const { type: _, isEstimated, ...usage } = event;
        told = { usage, ...(isEstimated && { isEstimated }) };
      }
    }
    signal.throwIfAborted();
  } catch (error) {
    // There is no summary to carry it.
    if (told !== undefined) onCutOff?.(told.usage);
    throw error;
  }
  return { text: text.trim(), usage: { inputTokens: 0, outputTokens: 0 }, ...told };
}
