import type { Message } from '../../stages/generator.ts';

/** Characters of history sent with each request, the oldest messages left out first. */
const MAX_CHARACTERS = 24_000;

export interface ModelMessage {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

const NOT_UNDERSTOOD = '[The person said something that could not be understood.]';
const NOTHING_SAID = '[The person has said nothing yet.]';
const SAYS_NO_MORE = '[The person says nothing. Go on.]';

/**
 * The history in the shape every vendor takes: it begins and ends with the person, roles
 * alternate, nothing is empty, and it has at most some 24,000 characters; the last message is
 * kept whole.
 */
export function toModelMessages(history: readonly Message[]): ModelMessage[] {
  const messages: ModelMessage[] = [];
  for (const message of recent(history)) {
    const content = contentOf(message);
    if (content === '') continue;
    const last = messages.at(-1);
    if (last?.role === message.role) {
      messages[messages.length - 1] = { ...last, content: `${last.content}\n${content}` };
    } else {
      messages.push({ role: message.role, content });
    }
  }
  if (messages[0]?.role !== 'user') messages.unshift({ role: 'user', content: NOTHING_SAID });
  if (messages.at(-1)?.role !== 'user') messages.push({ role: 'user', content: SAYS_NO_MORE });
  return messages;
}

function contentOf(message: Message): string {
  if (message.role === 'user' && message.unrecognised === true) return NOT_UNDERSTOOD;
  return message.text.trim();
}

/** The newest messages that fit; if something is left out, they begin with the person. */
function recent(history: readonly Message[]): readonly Message[] {
  let characters = 0;
  let first = history.length;
  while (first > 0) {
    characters += history[first - 1]?.text.length ?? 0;
    if (characters > MAX_CHARACTERS && first < history.length) break;
    first -= 1;
  }
  while (first > 0 && history[first]?.role === 'assistant') first += 1;
  return history.slice(first);
}
