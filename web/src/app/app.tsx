import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useStore } from 'zustand';
import { PAGE_PATHS } from '@parley/shared/page-paths';
import { lastTalk, rememberTalk } from '../client/index.ts';
import { useCall, useSettings } from '../client/react/index.ts';
import { CallScreen } from '../features/call/call-screen.tsx';
import { useShortcuts, type Shortcut } from '../features/call/use-shortcuts.ts';
import styles from './app.module.css';
import { Boundary, late, missingParts } from '../ui/late.tsx';
import { watchBuild } from './older-build.ts';
import { MissingPage, PageNotice } from './page-notice.tsx';
import { savesData } from './service-worker.ts';

/** What can begin a call, and what is near it. */
const STARTS_CALL = 'button, input, textarea';

const EVENTS = ['pointerover', 'pointerdown', 'focusin'] as const;

/** All pages but the call screen; a call goes on meanwhile. */
const AccountPages = late(
  async () => (await import('./account-pages.tsx')).AccountPages,
  MissingPage,
);
const SettingsDialog = late(
  async () => (await import('../features/settings/settings-dialog.tsx')).SettingsDialog,
);
const CheckDialog = late(
  async () => (await import('../features/check/check-dialog.tsx')).CheckDialog,
);
const AccountDialog = late(
  async () => (await import('../features/account/account-dialog.tsx')).AccountDialog,
);
const ShortcutsDialog = late(
  async () => (await import('../features/call/shortcuts-dialog.tsx')).ShortcutsDialog,
);
const DebugPanel = late(async () => (await import('../features/debug/debug-panel.tsx')).DebugPanel);

/** The page: should it fail itself, its call can still be ended. */
export function App() {
  const controller = useCall();
  useEffect(() => watchBuild(controller), [controller]);
  return (
    <>
      <Boundary Fallback={MissingPage}>
        <Page />
      </Boundary>
      <PageNotice />
    </>
  );
}

/** The call, and what is opened around it. */
function Page() {
  const controller = useCall();
  const theme = useSettings((settings) => settings.theme);
  const [typing, setTyping] = useState(false);
  const [dialog, setDialog] = useState<'settings' | 'check' | 'keys' | null>(null);
  const [debugOpen, setDebugOpen] = useState(() =>
    new URLSearchParams(location.search).has('debug'),
  );
  const isAsked = useStore(controller.account.store, (state) => state.question !== null);
  const openers = useOpeners();
  const isReading = useReading();
  useEarcons();

  useCallPresence();
  useIntent();
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);

  const showTyping = (open: boolean): void => {
    openers.track('typing', open);
    setTyping(open);
  };
  const showDebug = (open: boolean): void => {
    openers.track('debug', open);
    setDebugOpen(open);
  };
  const onShortcut = (shortcut: Exclude<Shortcut, 'talk'>): void => {
    switch (shortcut) {
      case 'mute':
        return controller.setMuted(!controller.state.getState().muted);
      case 'stop':
        // One meaning at a time: what lies closest is closed, and only then the voice is stopped.
        if (typing) return showTyping(false);
        if (debugOpen) return showDebug(false);
        return controller.interrupt();
      case 'type':
        return showTyping(true);
      case 'debug':
        return showDebug(!debugOpen);
      case 'help':
        return setDialog('keys');
    }
  };
  const onTalk = (held: boolean): boolean => {
    const { standing, microphone } = controller.state.getState();
    const possible = standing.kind === 'running' && microphone.kind === 'granted';
    if (possible || !held) controller.holdToTalk(held);
    return possible;
  };
  // What could not be opened takes no keys from the call.
  const isMissing = useStore(missingParts, (parts) => parts.some(({ onClose }) => onClose));
  const isOpen = (dialog !== null || isAsked) && !isMissing;
  useShortcuts(!isOpen && !isReading, onShortcut, onTalk);

  return (
    <div className={styles.app} data-debug={debugOpen && !isReading}>
      {isReading ? (
        <AccountPages />
      ) : (
        <CallScreen
          typing={typing}
          onTyping={showTyping}
          settingsOpen={dialog === 'settings'}
          onSettings={() => setDialog('settings')}
          onCheck={() => setDialog('check')}
          onKeys={() => setDialog('keys')}
          debugOpen={debugOpen}
          onDebug={() => showDebug(!debugOpen)}
        />
      )}
      {debugOpen && !isReading && <DebugPanel onClose={() => showDebug(false)} />}
      {isAsked && <AccountDialog onClose={() => controller.account.dismiss()} />}
      {dialog === 'settings' && (
        <SettingsDialog onClose={() => setDialog(null)} onCheck={() => setDialog('check')} />
      )}
      {dialog === 'check' && <CheckDialog onClose={() => setDialog(null)} />}
      {dialog === 'keys' && <ShortcutsDialog onClose={() => setDialog(null)} />}
    </div>
  );
}

/** The rest of the router is fetched with the pages. */
const READING = new RegExp(
  `^(${Object.values(PAGE_PATHS).join('|').replaceAll(':id', '[^/]+')})/?$`,
);

/** Whether another page than the call screen is open. Coming back from one puts the focus on the orb. */
function useReading(): boolean {
  const [path] = useLocation();
  const isReading = READING.test(path);
  const wasReading = useRef(isReading);
  useEffect(() => {
    if (wasReading.current && !isReading) {
      document.querySelector<HTMLElement>('[data-orb]')?.focus();
    }
    wasReading.current = isReading;
  }, [isReading]);
  return isReading;
}

/** Gives the focus back to its earlier place when something that was opened is closed. */
function useOpeners() {
  const openers = useRef(new Map<string, Element | null>());
  return {
    track(name: string, open: boolean): void {
      if (open) {
        if (!openers.current.has(name)) openers.current.set(name, document.activeElement);
        return;
      }
      const opener = openers.current.get(name);
      openers.current.delete(name);
      // What opened it may have gone meanwhile.
      const place = opener?.isConnected === false ? document.querySelector('[data-orb]') : opener;
      if (place instanceof HTMLElement) place.focus();
    },
  };
}

/** While a call runs the screen stays on, and the system shows it. */
function useCallPresence(): void {
  const controller = useCall();
  const isRunning = useStore(controller.state, (state) => state.standing.kind === 'running');
  useEffect(() => {
    if (!isRunning) return;
    const over = new AbortController();
    // If a call's relay is gone before the module is fetched, the call goes on without.
    void import('./call-presence.ts').then(
      ({ showCall }) => over.signal.aborted || showCall(controller, over.signal),
      () => {},
    );
    return () => over.abort();
  }, [controller, isRunning]);
}

/**
 * The detector, several megabytes, is loaded once a person shows that they want to talk: they come
 * near something that can be pressed. People who have talked before want to again.
 */
function useIntent(): void {
  const controller = useCall();
  useEffect(() => {
    void controller.reach();
    const over = new AbortController();
    const load = () => {
      over.abort();
      controller.loadDetector();
    };
    const unsubscribe = controller.state.subscribe(({ keptAs, conversation }, before) => {
      // What is kept has words.
      if (conversation.length !== before.conversation.length) rememberTalk(keptAs);
    });
    if (!savesData() && lastTalk() !== null) load();
    const onEvent = ({ target }: Event) => {
      if (target instanceof Element && target.closest(STARTS_CALL) !== null) load();
    };
    for (const type of savesData() ? [] : EVENTS) {
      document.addEventListener(type, onEvent, { signal: over.signal, passive: true });
    }
    return () => {
      over.abort();
      unsubscribe();
    };
  }, [controller]);
}

/** Fetches the short sounds with the first call: before it there is nothing to hear. */
function useEarcons(): void {
  const { state: call, settings } = useCall();
  useEffect(() => {
    let end: (() => void) | undefined;
    let isOver = false;
    let isBegun = false;
    const begin = async (): Promise<void> => {
      const { startEarcons } = await import('../features/call/earcons.ts');
      if (!isOver) end = startEarcons(call, settings);
    };
    const unsubscribe = call.subscribe((state) => {
      if (state.standing.kind !== 'running' || isBegun) return;
      isBegun = true;
      // Without a network that would fetch them, a call begins without sounds; the next may have them.
      begin().then(unsubscribe, () => (isBegun = false));
    });
    return () => {
      isOver = true;
      unsubscribe();
      end?.();
    };
  }, [call, settings]);
}
