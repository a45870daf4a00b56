import { Icon } from '../../ui/icon.tsx';
import { Link } from 'wouter';
import type { ConversationSummary } from '@parley/shared';
import { conversationPath } from '@parley/shared/page-paths';
import { timeText } from '../../lib/dates.ts';
import { countText, durationText, usdText } from '../../lib/figures.ts';
import row from '../../ui/row.module.css';
import styles from './conversation-row.module.css';

/** One conversation of the list: what it was about, when, how long, and what it cost. */
export function ConversationRow({ conversation }: { readonly conversation: ConversationSummary }) {
  const { id, title, excerpt, updated_at: at, duration_s, turns, cost_usd } = conversation;
  return (
    <li>
      <Link href={conversationPath(id)} className={`card ${styles.row}`}>
        <span className={styles.head}>
          <span className={styles.title}>{title}</span>
          {conversation.is_live && <LiveMark />}
        </span>
        {excerpt !== null && <span className={`quiet ${styles.excerpt}`}>{excerpt}</span>}
        <span className={row.facts}>
          <time dateTime={at}>{timeText(at)}</time>
          <span>{durationText(duration_s)}</span>
          <span>{countText(turns, 'turn', 'turns')}</span>
          {cost_usd > 0 && <span>{usdText(cost_usd)}</span>}
          {conversation.has_recording && <RecordedMark />}
        </span>
      </Link>
    </li>
  );
}

export function LiveMark() {
  return <span className={`${row.badge} ${styles.live}`}>Live</span>;
}

export function RecordedMark() {
  return (
    <span className={styles.recorded}>
      <Icon name="disc" size={14} /> Recorded
    </span>
  );
}
