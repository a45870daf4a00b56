import { useMemo, useState } from 'react';
import { percentilesOf } from '@parley/shared/statistics';
import { Icon } from '../../ui/icon.tsx';
import { useCallState, useCall, useDebug } from '../../client/react/index.ts';
import { Button } from '../../ui/button.tsx';
import { useAccountAccess } from '../account/account-access.ts';
import { createAccountApi } from '../account/account-api.ts';
import { useAction } from '../account/use-action.ts';
import { saveFile } from '../history/save-file.ts';
import styles from './call-summary.module.css';
import {
  type CallFigures,
  type ConversationState,
  type MeasuredTurn,
  type CaptionLine,
  captionsOf,
  earlierConversation,
  isSpoken,
  replyCaption,
} from '../../client/index.ts';
import { countText, durationText, usdText } from '../../lib/figures.ts';

/** A line of what was said, as it is written into a file. */
interface TranscriptLine {
  readonly who: 'You' | 'Parley';
  readonly text: string;
  /** What of the answer was not heard because it was interrupted; empty if all was. */
  readonly unheard: string;
}

/** The call that is over in one line, and its words to take along. */
export function CallSummary() {
  const figures = useCallState((state) => state.figures);
  const items = useCallState((state) => state.conversation);
  const turns = useDebug((state) => state.turns);
  const lines = useMemo(() => transcriptOf(items), [items]);
  const [copied, setCopied] = useState<'ready' | 'copied' | 'failed'>('ready');
  if (figures === null || lines.length === 0) return null;

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(callTranscriptText(lines));
      setCopied('copied');
    } catch {
      setCopied('failed');
    }
  };
  const save = (extension: 'txt' | 'md'): void => {
    const date = new Date().toLocaleDateString(undefined, { dateStyle: 'medium' });
    const title = `Parley, ${date}`;
    const text = extension === 'md' ? transcriptMarkdown(lines, title) : callTranscriptText(lines);
    const type = extension === 'md' ? 'text/markdown' : 'text/plain';
    saveFile(new Blob([text], { type: `${type};charset=utf-8` }), `${fileDate()}.${extension}`);
  };
  const sign = copied === 'copied' ? 'check' : 'copy';

  return (
    <section className={styles.summary} aria-label="The call that is over">
      <p className="quiet">{summaryLineOf(figures, items, turns)}</p>
      <div className={styles.actions}>
        <Button look="plain" onClick={() => void copy()} onBlur={() => setCopied('ready')}>
          <Icon name={sign} size={16} /> <span aria-live="polite">{COPY_WORDS[copied]}</span>
        </Button>
        <Button look="plain" aria-label="Save the words as text" onClick={() => save('txt')}>
          <Icon name="download" size={16} /> Text
        </Button>
        <Button look="plain" aria-label="Save the words as Markdown" onClick={() => save('md')}>
          <Icon name="download" size={16} /> Markdown
        </Button>
      </div>
    </section>
  );
}

/** Continues the conversation of an earlier visit. */
export function GoOn({ id }: { readonly id: string }) {
  const controller = useCall();
  const access = useAccountAccess();
  const { isRunning, complaint, run } = useAction();
  const goOn = async (signal: AbortSignal): Promise<void> => {
    const kept = await createAccountApi(access).conversation(id, signal);
    void controller.start({ earlier: earlierConversation(kept) });
  };
  return (
    <Button look="plain" aria-disabled={isRunning} onClick={() => void run(goOn)}>
      <Icon name="history" size={18} />
      <span aria-live="polite">{complaint ?? 'Go on where you were'}</span>
    </Button>
  );
}

const COPY_WORDS = { ready: 'Copy', copied: 'Copied', failed: 'Copying was refused' } as const;

/** `parley-2026-11-22`, on the person's own calendar. */
function fileDate(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `parley-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** “4 min · 6 turns · answers after 0.8 s · $0.05”, without what is not known. */
export function summaryLineOf(
  { durationMs, costUsd }: CallFigures,
  items: ConversationState,
  measured: readonly MeasuredTurn[],
): string {
  const replies = lastCallOf(items).flatMap((item) =>
    item.kind === 'reply' && item.trigger !== 'timer' && item.trigger !== 'notice' ? [item.id] : [],
  );
  const answers = measured.filter((turn) => isSpoken(turn) && replies.includes(turn.responseId));
  const { p50 } = percentilesOf(answers.map(({ voiceToVoiceMs }) => voiceToVoiceMs));
  return [
    durationText(durationMs / 1_000),
    countText(replies.length, 'turn', 'turns'),
    p50 === null ? '' : `answers after ${(p50 / 1_000).toFixed(1)} s`,
    costUsd === null || costUsd === 0 ? '' : usdText(costUsd),
  ]
    .filter((figure) => figure !== '')
    .join(' · ');
}

/** The words of the last call, with those it continued; nothing of the calls before. */
export function transcriptOf(items: ConversationState): readonly TranscriptLine[] {
  return captionsOf(lastCallOf(items)).flatMap((item) => lineOf(item) ?? []);
}

function lastCallOf(items: ConversationState): ConversationState {
  const begin = items.findLastIndex(
    (item) => item.kind === 'divider' && item.reason === 'new-call',
  );
  return items.slice(begin + 1);
}

export function callTranscriptText(lines: readonly TranscriptLine[]): string {
  return lines.map(({ who, text, unheard }) => `${who}: ${text}${notHeard(unheard)}\n`).join('');
}

export function transcriptMarkdown(lines: readonly TranscriptLine[], title: string): string {
  const paragraphs = lines.map(({ who, text, unheard }) => {
    const struck = unheard === '' ? '' : ` ~~${escaped(unheard)}~~`;
    return `**${who}:** ${escaped(text)}${struck}\n`;
  });
  return [`# ${escaped(title)}\n`, ...paragraphs].join('\n');
}

function lineOf(item: CaptionLine): TranscriptLine | null {
  switch (item.kind) {
    case 'divider':
      return null;
    case 'user': {
      if (item.state === 'failed' || item.state === 'unrecognised') return null;
      return { who: 'You', text: item.text, unheard: '' };
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
