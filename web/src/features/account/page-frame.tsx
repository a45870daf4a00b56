import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { Link, useLocation } from 'wouter';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { AccountMenu } from './account-menu.tsx';
import styles from './page-frame.module.css';

/** How far each page was scrolled, by its path: only the window's own scrolling is kept by browsers. */
const kept = new Map<string, number>();

interface PageFrameProps {
  readonly title: string;
  /** Where the arrow leads, and what is there. */
  readonly back?: { readonly path: string; readonly name: string };
  /** For tables and charts rather than words to be read. */
  readonly isWide?: boolean;
  readonly children: ReactNode;
}

const TO_CALL = { path: '/', name: 'Back to the call screen' };
const PAGES = [
  { path: PAGE_PATHS.history, name: 'History' },
  { path: PAGE_PATHS.usage, name: 'Usage' },
  { path: PAGE_PATHS.sessions, name: 'Calls' },
] as const;

/** A page to be read: its heading, the way back, and the ways to its neighbours. */
export function PageFrame({ title, back = TO_CALL, isWide = false, children }: PageFrameProps) {
  const [path] = useLocation();
  const heading = useRef<HTMLHeadingElement>(null);
  const main = useKeptScroll(path);
  useEffect(() => {
    const before = document.title;
    document.title = `${title} – Parley`;
    return () => {
      document.title = before;
    };
  }, [title]);
  // A screen reader begins with the name of the page, a keyboard with what comes after it.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <main ref={main} className={styles.page} data-wide={isWide}>
      <header className={styles.header}>
        <Link href={back.path} className={styles.back} aria-label={back.name}>
          <Icon name="arrow-left" size={20} />
        </Link>
        <h1 ref={heading} className={styles.title} tabIndex={-1}>
          {title}
        </h1>
        <nav className={styles.pages} aria-label="Pages">
          {PAGES.map((page) => (
            <Link
              key={page.path}
              href={page.path}
              className={styles.link}
              aria-current={page.path === path ? 'page' : undefined}
            >
              {page.name}
            </Link>
          ))}
        </nav>
        <AccountMenu />
      </header>
      <div className={styles.content}>{children}</div>
    </main>
  );
}

/** Keeps how far a page is scrolled, for when it is come back to. */
function useKeptScroll(path: string): RefObject<HTMLElement | null> {
  const scroller = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    element.scrollTop = kept.get(path) ?? 0;
    const onScroll = (): void => void kept.set(path, element.scrollTop);
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => element.removeEventListener('scroll', onScroll);
  }, [path]);
  return scroller;
}

/** Begins as in a window that was just opened. */
export function forgetScrolling(): void {
  kept.clear();
}
