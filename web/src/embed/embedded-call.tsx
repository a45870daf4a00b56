import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { useCall, useCallState } from '../client/react/index.ts';
import { announcementOf } from '../features/call/call-words.ts';
import { Icon } from '../ui/icon.tsx';
import { useOnline } from '../ui/use-online.ts';
import { EmbedCard } from './embed-card.tsx';
import styles from './embedded-call.module.css';
import { showColours } from './page-colours.ts';
import type { PageLink } from './page-link.ts';

const CARD = { width: 360, height: 520 } as const;
const LABEL = 'Talk to us';

/** The call in another page: a button that opens a card, or the card alone. */
export function EmbeddedCall({ link }: { readonly link: PageLink }) {
  const settings = useStore(link.store, (state) => state.settings);
  const isOpen = useStore(link.store, (state) => state.isOpen);
  useIntent();
  useLayoutEffect(() => {
    if (settings !== null) showColours(settings);
  }, [settings]);
  /** Once the person has put the card away, the button has the focus that the card had. */
  const [wasOpen, setWasOpen] = useState(false);
  if (isOpen && !wasOpen) setWasOpen(true);
  if (settings === null) return null;
  const label = settings.label ?? LABEL;
  if (settings.look === 'card') {
    return <EmbedCard label={settings.label} greeting={settings.greeting} />;
  }
  if (!isOpen) return <OpenButton label={label} link={link} isBack={wasOpen} />;
  return (
    <EmbedCard
      label={settings.label}
      greeting={settings.greeting}
      onSize={() => link.send({ type: 'size', ...CARD })}
      onClose={() => link.setOpen(false)}
    />
  );
}

interface OpenButtonProps {
  readonly label: string;
  readonly link: PageLink;
  /** The card was open before. */
  readonly isBack: boolean;
}

function OpenButton({ label, link, isBack }: OpenButtonProps) {
  const call = useCall();
  const online = useOnline();
  const isRunning = useCallState(({ standing }) => standing.kind === 'running');
  // Not each turn of the talk: the button would be wider and narrower all the time. Advice has its place in the card.
  const line = useCallState((state) => announcementOf(state, online).replace(/[:,].*/, ''));
  const button = useRef<HTMLButtonElement>(null);
  const content = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null) return;
    const fit = new ResizeObserver(() => {
      const { width, height } = element.getBoundingClientRect();
      link.send({ type: 'size', width: Math.ceil(width), height: Math.ceil(height) });
    });
    fit.observe(element);
    return () => fit.disconnect();
  }, [link]);
  useEffect(() => {
    // Only if the person is in the frame: no key of the page's is taken from it.
    if (isBack && document.hasFocus()) button.current?.focus();
  }, [isBack]);
  const press = (): void => {
    link.setOpen(true);
    if (!isRunning) void call.callAgain();
  };
  return (
    <button
      ref={button}
      type="button"
      className={styles.button}
      data-running={isRunning}
      aria-expanded="false"
      onClick={press}
    >
      <span ref={content} className={styles.content} dir="auto">
        <Icon name={isRunning ? 'activity' : 'mic'} size={20} />
        {isRunning ? line : label}
      </span>
    </button>
  );
}

/** The relay is asked, and the detector fetched, once a person comes near: not for each visitor. */
function useIntent(): void {
  const call = useCall();
  useEffect(() => {
    const over = new AbortController();
    const prepare = (): void => {
      over.abort();
      void call.reach();
      call.loadDetector();
    };
    for (const type of ['pointerover', 'pointerdown', 'focusin'] as const) {
      document.addEventListener(type, prepare, { signal: over.signal, passive: true });
    }
    return () => over.abort();
  }, [call]);
}
