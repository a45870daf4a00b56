import { type Conversation, type ConversationItem, replyCaption } from '../../client/index.ts';
import { captionText } from './caption-text.ts';

/** A line of what was said, as it is written into a file. */
export interface TranscriptLine {
  readonly who: 'You' | 'Parley';
  readonly text: string;
  /** What of the answer was not heard because it was interrupted; empty if all was. */
  readonly unheard: string;
}

/** What was said in the last call, with what it went on with; nothing of the calls before. */
export function transcriptOf(items: Conversation): readonly TranscriptLine[] {
  return lastCallOf(items).flatMap((item) => lineOf(item) ?? []);
}

export function lastCallOf(items: Conversation): Conversation {
  const begin = items.findLastIndex(
    (item) => item.kind === 'divider' && item.reason === 'new-call',
  );
  return items.slice(begin + 1);
}

export function transcriptText(lines: readonly TranscriptLine[]): string {
  return lines.map(({ who, text, unheard }) => `${who}: ${text}${notHeard(unheard)}\n`).join('');
}

export function transcriptMarkdown(lines: readonly TranscriptLine[], title: string): string {
  const paragraphs = lines.map(({ who, text, unheard }) => {
    const struck = unheard === '' ? '' : ` ~~${escaped(unheard)}~~`;
    return `**${who}:** ${escaped(text)}${struck}\n`;
  });
  return [`# ${escaped(title)}\n`, ...paragraphs].join('\n');
}

function lineOf(item: ConversationItem): TranscriptLine | null {
  switch (item.kind) {
    case 'divider':
      return null;
    case 'user': {
      if (item.state === 'failed' || item.state === 'unrecognised') return null;
      const text = item.state === 'typed' ? item.text : captionText(item.text);
      return { who: 'You', text, unheard: '' };
    }
    case 'reply': {
      const { heard, unheard } = replyCaption(item);
      if (heard === '' && unheard === '') return null;
      const isCut = item.status === 'interrupted';
      return { who: 'Parley', text: heard.trim(), unheard: isCut ? unheard.trim() : '' };
    }
  }
}

function notHeard(unheard: string): string {
  return unheard === '' ? '' : ` [not heard: ${unheard}]`;
}

/** What was said is text: none of it is to become a heading, a link or a list. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+\-!|~]/g, (sign) => `\\${sign}`).replace(/\s*\n\s*/g, ' ');
}
