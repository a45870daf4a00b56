import { useMemo, useState } from 'react';
import { Check, Copy, Download } from 'lucide-react';
import { useCall, useDebug } from './controller-context.ts';
import { Button } from '../../ui/button.tsx';
import { saveFile } from '../history/save-file.ts';
import { summaryLineOf } from './summary-words.ts';
import { transcriptMarkdown, transcriptOf, transcriptText } from './transcript-text.ts';
import styles from './call-summary.module.css';

/** The call that is over in one line, and its words to take along. */
export function CallSummary() {
  const figures = useCall((state) => state.figures);
  const items = useCall((state) => state.conversation);
  const turns = useDebug((state) => state.turns);
  const lines = useMemo(() => transcriptOf(items), [items]);
  const [copied, setCopied] = useState<'ready' | 'copied' | 'failed'>('ready');
  if (figures === null || lines.length === 0) return null;

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(transcriptText(lines));
      setCopied('copied');
    } catch {
      setCopied('failed');
    }
  };
  const save = (extension: 'txt' | 'md'): void => {
    const date = new Date().toLocaleDateString(undefined, { dateStyle: 'medium' });
    const title = `Parley, ${date}`;
    const text = extension === 'md' ? transcriptMarkdown(lines, title) : transcriptText(lines);
    const type = extension === 'md' ? 'text/markdown' : 'text/plain';
    saveFile(new Blob([text], { type: `${type};charset=utf-8` }), `${fileDate()}.${extension}`);
  };
  const Sign = copied === 'copied' ? Check : Copy;

  return (
    <section className={styles.summary} aria-label="The call that is over">
      <p className={styles.figures}>{summaryLineOf(figures, items, turns)}</p>
      <div className={styles.actions}>
        <Button look="plain" onClick={() => void copy()} onBlur={() => setCopied('ready')}>
          <Sign aria-hidden="true" size={16} /> <span aria-live="polite">{COPY_WORDS[copied]}</span>
        </Button>
        <Button look="plain" aria-label="Save the words as text" onClick={() => save('txt')}>
          <Download aria-hidden="true" size={16} /> Text
        </Button>
        <Button look="plain" aria-label="Save the words as Markdown" onClick={() => save('md')}>
          <Download aria-hidden="true" size={16} /> Markdown
        </Button>
      </div>
    </section>
  );
}

const COPY_WORDS = { ready: 'Copy', copied: 'Copied', failed: 'Copying was refused' } as const;

/** `parley-2026-11-22`, on the person's own calendar. */
function fileDate(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `parley-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
