import { Fragment, useLayoutEffect, useMemo, useRef } from 'react';
import {
  type CallState,
  type ReplyItem,
  type SpokenPosition,
  captionWords,
  spokenPosition,
} from '../../client/index.ts';
import { useController } from './controller-context.ts';
import styles from './captions.module.css';

/**
 * A reply whose words light up as they are heard. React renders when text or word times arrive;
 * what the voice does meanwhile is written to the words whose state it changes, one or two at a
 * time. Colours only, so that no line moves.
 */
export function SpokenWords({ reply }: { readonly reply: ReplyItem }) {
  const { call } = useController();
  const text = useRef<HTMLSpanElement>(null);
  const words = useMemo(() => captionWords(reply.parts), [reply.parts]);
  useLayoutEffect(() => {
    const elements = text.current?.querySelectorAll<HTMLElement>(`.${styles.word}`) ?? [];
    let shown: SpokenPosition | null = null;
    const follow = (state: CallState): void => {
      const now = spokenPosition(reply.parts, positionIn(state, reply));
      if (now.heard !== shown?.heard || now.isBegun !== shown.isBegun) mark(elements, shown, now);
      shown = now;
    };
    follow(call.getState());
    return call.subscribe((now, before) => {
      if (now.playback !== before.playback) follow(now);
    });
  }, [call, reply]);
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

function positionIn({ playback }: CallState, { id, playedMs, voicedClause }: ReplyItem) {
  return { playedMs: playback?.responseId === id ? playback.playedMs : playedMs, voicedClause };
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
