import {
  memo,
  useCallback,
  useEffect,
  useRef,
  useState,
  Fragment,
  useLayoutEffect,
  useMemo,
} from 'react';
import { Icon } from '../../ui/icon.tsx';
import {
  useCall,
  useCallState,
  useCaptions,
  useSettings,
  useVoice,
} from '../../client/react/index.ts';
import {
  type CaptionLine,
  type ConversationItem,
  type ReplyItem,
  type UserItem,
  replyCaption,
  type ConversationState,
  type SpokenPosition,
  captionWords,
  spokenPosition,
} from '../../client/index.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { Suggestions } from './call-asides.tsx';
import styles from './captions.module.css';

/** What stands between two parts of a conversation. */
const DIVIDER_WORDS = {
  'new-call': 'New call',
  continued: 'You go on from here',
  'session-replaced':
    'Parley had to start over: timers and the conversation so far are gone on the server.',
  'session-reread':
    'Parley had to start over: it has read the conversation again, but timers are gone.',
} as const;

/** Closer to the end than this counts as being at the end, px. */
const NEAR_PX = 48;

/** As much as this may be out of sight without a line being cut, px. */
const SCROLLED_PX = 8;

interface CaptionsProps {
  /**
   * The words need more room, or, once they are gone, no longer do. Said between turns only, when
   * nobody follows a line with their eyes.
   */
  readonly onFull: (isFull: boolean) => void;
}

/** The conversation so far, newest in view; nothing while there is none. */
export function Captions(props: CaptionsProps) {
  const isEmpty = useCallState((state) => state.conversation.length === 0);
  return isEmpty ? null : <Lines {...props} />;
}

function Lines({ onFull }: CaptionsProps) {
  const items = useCaptions();
  const size = useSettings((settings) => settings.captionSize);
  const readsAnswers = useSettings((settings) => settings.readsAnswers);
  const { viewport, content, unseenFrom, scrollToEnd } = useStickToEnd();
  const isBetweenTurns = useCallState(({ phase }) => phase === 'listening');
  useLayoutEffect(() => {
    const [box, list] = [viewport.current, content.current];
    // Fills the room that there will be: the words then stay where they are.
    if (isBetweenTurns && box !== null && list !== null && list.clientHeight > box.clientHeight)
      onFull(true);
  }, [isBetweenTurns, viewport, content, onFull]);
  useEffect(() => () => onFull(false), [onFull]);
  return (
    <div className={styles.captions} data-size={size}>
      <ScrollRegion ref={viewport} className={styles.viewport} aria-label="Conversation">
        <div ref={content}>
          <ol className={styles.list}>
            {items.map((item) => (
              <Caption key={item.id} item={item} />
            ))}
          </ol>
          <Suggestions />
        </div>
      </ScrollRegion>
      <p className="visually-hidden" role="status">
        {lastSettledText(items, readsAnswers)}
      </p>
      {unseenFrom !== null && (
        <button type="button" className={styles.latest} onClick={scrollToEnd}>
          <Icon name="arrow-down" size={16} />
          {items.slice(unseenFrom).some(isTimer) ? 'Latest: your timer has rung' : 'Latest'}
        </button>
      )}
    </div>
  );
}

const Caption = memo(function Caption({ item }: { readonly item: CaptionLine }) {
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
  return text;
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
      {isTimer(reply) && (
        <span className={styles.mark}>
          <Icon name="alarm-clock" size={16} /> Timer
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

function isTimer(item: ConversationItem): boolean {
  return item.kind === 'reply' && item.trigger === 'timer';
}

/** Keeps the newest in view, unless the reader scrolled up: `unseenFrom` that item on then. */
function useStickToEnd() {
  const { state: call } = useCall();
  const viewport = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const [unseenFrom, setUnseenFrom] = useState<number | null>(null);

  const scrollToEnd = useCallback(() => {
    const box = viewport.current;
    if (box === null) return;
    stuck.current = true;
    setUnseenFrom(null);
    box.scrollTop = box.scrollHeight;
  }, []);

  useEffect(() => {
    const box = viewport.current;
    const list = content.current;
    if (box === null || list === null) return;
    let lastTop = box.scrollTop;
    // Not a state of React's: the value changes with every line.
    const markScrolled = (): void => {
      box.toggleAttribute('data-scrolled', box.scrollTop > SCROLLED_PX);
    };
    const onScroll = (): void => {
      markScrolled();
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      // Growing content also moves the end away: only going up is leaving it.
      if (atEnd) stuck.current = true;
      else if (box.scrollTop < lastTop) stuck.current = false;
      lastTop = box.scrollTop;
      const { length } = call.getState().conversation;
      setUnseenFrom((before) => (stuck.current ? null : (before ?? length)));
    };
    const follow = new ResizeObserver(() => {
      if (stuck.current) box.scrollTop = box.scrollHeight;
      markScrolled();
    });
    box.addEventListener('scroll', onScroll, { passive: true });
    follow.observe(list);
    follow.observe(box);
    return () => {
      box.removeEventListener('scroll', onScroll);
      follow.disconnect();
    };
  }, [call]);

  return { viewport, content, unseenFrom, scrollToEnd };
}

/**
 * What a screen reader announces of the conversation: each line once, when it no longer changes.
 * The visible words appear one by one, which would be read out one by one.
 *
 * Two voices at once cannot be understood: of what the person said only that it was heard is
 * announced, and an answer that is spoken not at all, unless the person wants `allWords`.
 */
export function lastSettledText(items: ConversationState, allWords: boolean): string {
  const settled = items.findLast((item) => isSettled(item, allWords));
  if (settled === undefined) return '';
  if (settled.kind === 'divider') {
    // The call itself says that a call begins.
    const isCall = settled.reason === 'new-call' || settled.reason === 'continued';
    return isCall ? '' : DIVIDER_WORDS[settled.reason];
  }
  if (settled.kind === 'user') return announcementOfUser(items, settled, allWords);
  const { heard } = replyCaption(settled);
  return settled.status === 'interrupted' ? `Parley, interrupted: ${heard}` : `Parley: ${heard}`;
}

function announcementOfUser(items: ConversationState, item: UserItem, allWords: boolean): string {
  if (item.state === 'failed' || item.state === 'unrecognised') return 'Not understood';
  if (item.state === 'typed' || allWords) return `You: ${item.text}`;
  // The same words twice are announced once: a space that is not spoken makes them differ.
  const isOdd = items.filter(({ kind }) => kind === 'user').length % 2 === 1;
  return isOdd ? 'Heard' : 'Heard\u00a0';
}

function isSettled(item: ConversationItem, allWords: boolean): boolean {
  switch (item.kind) {
    case 'divider':
      return true;
    case 'user':
      return item.state !== 'partial';
    case 'reply':
      if (item.status === 'running' || item.parts.length === 0) return false;
      return allWords || !item.spoken || item.status === 'failed';
  }
}

/**
 * A reply whose words light up as they are heard. React renders when text or word times arrive;
 * what the voice does meanwhile is written to the words whose state it changes, one or two at a
 * time. Colours only, so that no line moves.
 */
function SpokenWords({ reply }: { readonly reply: ReplyItem }) {
  const text = useRef<HTMLSpanElement>(null);
  const words = useMemo(() => captionWords(reply.parts), [reply.parts]);
  useVoice(reply, (now, before) => {
    const elements = text.current?.querySelectorAll<HTMLElement>(`.${styles.word}`) ?? [];
    mark(elements, before && spokenPosition(before), spokenPosition(now));
  });
  return (
    <span ref={text}>
      {words.map(({ gap, text: word }, index) => (
        // Words are added at the end; the same place is the same word.
        // oxlint-disable-next-line react/no-array-index-key -- as said
        <Fragment key={index}>
          {gap}
          <span className={styles.word}>{word}</span>
        </Fragment>
      ))}
    </span>
  );
}

/** Writes the state of each word between two positions; of all words, if nothing is shown yet. */
function mark(
  elements: ArrayLike<HTMLElement>,
  before: SpokenPosition | null,
  now: SpokenPosition,
): void {
  const from = before === null ? 0 : Math.min(before.heard, now.heard);
  const until = before === null ? elements.length : Math.max(before.heard, now.heard) + 1;
  for (let index = from; index < Math.min(until, elements.length); index += 1) {
    const isNow = index === now.heard && now.isBegun;
    const state = index < now.heard ? 'heard' : isNow ? 'now' : 'coming';
    elements[index]!.dataset['spoken'] = state;
  }
}
