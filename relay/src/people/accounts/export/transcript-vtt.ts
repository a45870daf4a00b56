import type { ConversationDetail } from '@parley/shared';
import { timesOf, type Span } from './call-times.ts';

/**
 * A conversation as WebVTT (https://www.w3.org/TR/webvtt1/): a cue for each thing said, with its
 * speaker; words that were cut off by an interruption stand in a span of class `cut-off`.
 */
export function transcriptVtt(conversation: ConversationDetail): string {
  const blocks = [`WEBVTT - ${lineOf(conversation.title)}`];
  for (const { turn, user, reply } of timesOf(conversation)) {
    if (user !== undefined) {
      blocks.push(cue(`${turn.id}-person`, user, 'Person', payload(turn.user_text ?? '')));
    }
    if (reply === undefined) continue;
    const unheard = payload(turn.unheard_text ?? '');
    const cutOff = unheard === '' ? '' : `<c.cut-off>${unheard}</c>`;
    const words = [payload(turn.reply_text ?? ''), cutOff].filter((part) => part !== '').join(' ');
    blocks.push(cue(`${turn.id}-parley`, reply, 'Parley', words));
  }
  return `${blocks.join('\n\n')}\n`;
}

function cue(id: string, { startMs, endMs }: Span, voice: string, words: string): string {
  return `${lineOf(id)}\n${timestamp(startMs)} --> ${timestamp(endMs)}\n<v ${voice}>${words}</v>`;
}

/** On one line, without what would begin a tag, an entity or an arrow. */
function payload(text: string): string {
  return lineOf(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A header or a cue's name may not hold an arrow. */
function lineOf(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll('-->', '→')
    .trim();
}

function timestamp(ms: number): string {
  const whole = Math.round(ms);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const hours = two(whole / 3_600_000);
  const minutes = two((whole / 60_000) % 60);
  const seconds = two((whole / 1_000) % 60);
  return `${hours}:${minutes}:${seconds}.${String(whole % 1_000).padStart(3, '0')}`;
}
