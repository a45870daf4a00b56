import { createStore, type StoreApi } from 'zustand/vanilla';
import { CLOSE_REASONS } from '@parley/shared/close-codes';
import type { Call } from '../client/index.ts';
import { isHeard, REFUSAL_LINES } from '../features/call/call-words.ts';
import {
  readPageMessage,
  type Command,
  type EmbedSettings,
  type EventName,
  type FrameMessage,
  type PageMessage,
} from './embed-messages.ts';

/** What the page decides of the frame. */
export interface EmbedState {
  /** null until the page has said how it wants the call. */
  readonly settings: EmbedSettings | null;
  readonly isOpen: boolean;
}

export type PageLink = ReturnType<typeof linkToPage>;

const HUNG_UP = CLOSE_REASONS.normal.code;

/** Shown in no page but by itself. */
const ALONE: PageMessage = {
  type: 'settings',
  settings: {
    ...{ look: 'card', label: null, greeting: null, voice: null, language: null, colours: {} },
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
  },
};

/** Does what the page asks of `call`, and reports to it what happens; lives as long as the frame. */
export function linkToPage(call: Call) {
  const store = createStore<EmbedState>(() => ({ settings: null, isOpen: false }));
  // The relay's policy has let only pages of EMBED_ORIGINS frame this document; the one that is
  // heard first is heard alone.
  let page: string | null = null;
  const send = (message: FrameMessage): void => {
    if (page !== null && parent !== window) parent.postMessage(message, page);
  };
  const take = (message: PageMessage): void => {
    switch (message.type) {
      case 'settings': {
        const { settings } = message;
        const { voice, language } = settings;
        const chosen = call.settings.getState();
        if (chosen.voice !== voice || chosen.language !== language)
          call.changeSettings({ voice, language });
        return store.setState({ settings });
      }
      case 'text':
        store.setState({ isOpen: true });
        return call.sendText(message.text);
      case 'command':
        return obey(message.command);
    }
  };
  const obey = (command: Command): void => {
    switch (command) {
      case 'start':
        store.setState({ isOpen: true });
        return void call.start();
      case 'hangUp':
        return void call.hangUp();
      case 'mute':
      case 'unmute':
        return call.setMuted(command === 'mute');
      case 'open':
      case 'close':
        return store.setState({ isOpen: command === 'open' });
    }
  };
  addEventListener('message', ({ source, origin, data }) => {
    if (source !== parent || (page !== null && page !== origin)) return;
    const message = readPageMessage(data);
    if (message === null) return;
    page = origin;
    take(message);
  });
  report(call, store, send);
  if (parent === window) take(ALONE);
  else parent.postMessage({ type: 'hello' } satisfies FrameMessage, '*');
  return { store, send, setOpen: (isOpen: boolean) => store.setState({ isOpen }) };
}

/** Reports all that a page may want to know of the call. */
function report(
  call: Call,
  embed: StoreApi<EmbedState>,
  send: (message: FrameMessage) => void,
): void {
  const event = (name: EventName, detail: object): void =>
    send({ type: 'event', name, detail: { ...detail } });
  let said = '';
  const state = (): void => {
    const now = call.state.getState();
    const { phase, muted, microphone } = now;
    const hears = now.standing.kind === 'running' && isHeard(now);
    const open = embed.getState().isOpen;
    const detail = { phase, hears, muted, microphone: microphone.kind, open };
    if (said === JSON.stringify(detail)) return;
    said = JSON.stringify(detail);
    event('state', detail);
  };
  embed.subscribe(({ settings }, before) => {
    // Said anew to a page that has only begun to listen.
    if (before.settings === null && settings !== null) said = '';
    state();
  });
  call.state.subscribe((now, before) => {
    state();
    const { microphone } = now;
    if (microphone.kind !== 'refused' || microphone === before.microphone) return;
    const code = `microphone_${microphone.refusal.replaceAll('-', '_')}`;
    event('error', { code, message: `${REFUSAL_LINES[microphone.refusal]}.` });
  });
  // What reads them is fetched with the first call, not for each visitor of the page.
  const unsubscribe = call.state.subscribe(({ standing }) => {
    if (standing.kind !== 'running') return;
    unsubscribe();
    call.on('caption', (caption) => event('caption', caption));
    call.on('turn', (turn) => event('turn', turn));
    call.on('cost', ({ usd }) => event('cost', { usd }));
    let complaint: string | null = null;
    call.on('error', ({ code, message }) => {
      complaint = code;
      event('error', { code, message });
    });
    // What broke a call off was mostly said just before.
    call.on('ended', ({ reason: { code, reason, message } }) => {
      if (code !== HUNG_UP && reason !== complaint) event('error', { code: reason, message });
      complaint = null;
    });
  });
}
