import { useLayoutEffect, useMemo, useState } from 'react';
import { captionsOf, followVoice, type CaptionLine } from '../store/captions.ts';
import { replyCaption, type ReplyItem } from '../store/conversation-state.ts';
import type { ReplyCaption } from '../store/reply-caption.ts';
import { useCall, useCallState } from './call-provider.tsx';

/**
 * The conversation so far, oldest first: what the person says, while they say it, the replies as
 * their words arrive, and the dividers between calls. A line whose words did not change is the same
 * object. How far the voice is within a reply renders only what shows it: see `useSpoken`.
 *
 * @example
 * const captions = useCaptions();
 * return captions.map((line) => <p key={line.id}>{line.kind === 'divider' ? '–' : line.text}</p>);
 */
export function useCaptions(): readonly CaptionLine[] {
  const conversation = useCallState((state) => state.conversation);
  return useMemo(() => captionsOf(conversation), [conversation]);
}

/**
 * A reply's words, cut where the voice is: those that were heard, the one that is being said, and
 * those that follow. Rendered anew with each word.
 *
 * @param reply - a line of `useCaptions`
 * @example
 * const { heard, unheard } = useSpoken(reply);
 * return <p>{heard}<span className="coming">{unheard}</span></p>;
 */
export function useSpoken(reply: ReplyItem): ReplyCaption {
  const [caption, setCaption] = useState(() => replyCaption(reply));
  useVoice(reply, setCaption);
  return caption;
}

/**
 * The same for what is written to the page past React: `onWord` is called before the reply is
 * painted, with null for what was before, and whenever the voice has come to another of its words.
 *
 * @param onWord - as it is when the reply changes
 * @example
 * useVoice(reply, ({ heard }) => (progress.current!.value = heard.length));
 */
export function useVoice(
  reply: ReplyItem,
  onWord: (now: ReplyCaption, before: ReplyCaption | null) => void,
): void {
  const { state } = useCall();
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- a reply is another with each change
  useLayoutEffect(() => followVoice(state, reply, onWord), [state, reply]);
}
