import { memo } from 'react';
import { AlarmClock, ArrowDown } from 'lucide-react';
import { useCall, useSettings } from './controller-context.ts';
import {
  type ConversationItem,
  type ReplyItem,
  type UserItem,
  replyCaption,
} from '../../client/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { DIVIDER_WORDS, lastSettledText } from './caption-announcement.ts';
import { captionText } from './caption-text.ts';
import { SpokenWords } from './spoken-words.tsx';
import { useStickToEnd } from './use-stick-to-end.ts';
import styles from './captions.module.css';

/** The conversation so far, newest in view. */
export function Captions() {
  const items = useCall((state) => state.conversation);
  const size = useSettings((settings) => settings.captionSize);
  const readsAnswers = useSettings((settings) => settings.readsAnswers);
  const { viewport, content, away, scrollToEnd } = useStickToEnd();
  return (
    <div className={styles.captions} data-size={size}>
      <ScrollRegion ref={viewport} className={styles.viewport} aria-label="Conversation">
        <ol ref={content} className={styles.list}>
          {items.map((item) => (
            <Caption key={item.id} item={item} />
          ))}
        </ol>
      </ScrollRegion>
      <p className="visually-hidden" role="status">
        {lastSettledText(items, readsAnswers)}
      </p>
      {away && (
        <button type="button" className={styles.latest} onClick={scrollToEnd}>
          <ArrowDown aria-hidden="true" size={16} /> Latest
        </button>
      )}
    </div>
  );
}

const Caption = memo(function Caption({ item }: { readonly item: ConversationItem }) {
  switch (item.kind) {
    case 'divider':
      return (
        <li className={styles.divider}>
          <span>{DIVIDER_WORDS[item.reason]}</span>
        </li>
      );
    case 'user':
      return <UserCaption item={item} />;
    case 'reply':
      return item.parts.length === 0 ? null : <ReplyCaption reply={item} />;
  }
});

function userText({ state, text }: UserItem): string {
  if (state === 'failed') return 'That was not understood. Please say it again.';
  if (state === 'unrecognised') return 'Not understood';
  return state === 'typed' ? text : captionText(text);
}

function UserCaption({ item }: { readonly item: UserItem }) {
  return (
    <li className={styles.user} data-state={item.state}>
      <span className="visually-hidden">You: </span>
      {userText(item)}
    </li>
  );
}

function ReplyCaption({ reply }: { readonly reply: ReplyItem }) {
  const isFollowed = reply.spoken && reply.status === 'running';
  return (
    <li className={styles.reply} data-status={reply.status}>
      {reply.trigger === 'timer' && (
        <span className={styles.mark}>
          <AlarmClock aria-hidden="true" size={16} /> Timer
        </span>
      )}
      <span className="visually-hidden">Parley: </span>
      {isFollowed ? <SpokenWords reply={reply} /> : <SettledWords reply={reply} />}
      {reply.status === 'failed' && <span className={styles.failed}> The voice broke off.</span>}
    </li>
  );
}

function SettledWords({ reply }: { readonly reply: ReplyItem }) {
  const { heard, unheard } = replyCaption(reply);
  return (
    <>
      {heard}
      {reply.status === 'interrupted' && unheard !== '' && (
        <s className={styles.unheard} title="Not heard: you interrupted here">
          {unheard}
        </s>
      )}
    </>
  );
}
