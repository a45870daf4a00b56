import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Call, CallState, ConversationItem } from '../client/index.ts';
import { replyCaption } from '../client/index.ts';
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
    const { phase, muted, microphone } = call.state.getState();
    const detail = { phase, muted, microphone: microphone.kind, open: embed.getState().isOpen };
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
    for (const item of changedItems(now, before)) event('caption', captionOf(item));
    const error = errorOf(now);
    if (error !== null && error.code !== errorOf(before)?.code) event('error', error);
  });
  call.subscribe((notice) => {
    if (notice.type === 'usage') event('cost', { usd: notice.costUsd });
    if (notice.type !== 'turn-measured') return;
    const { responseId, voiceToVoiceMs, timeline } = notice.turn;
    event('turn', { id: responseId, voiceToVoiceMs, timeline });
  });
}

type SpokenItem = Exclude<ConversationItem, { kind: 'divider' }>;

function changedItems(now: CallState, before: CallState): readonly SpokenItem[] {
  if (now.conversation === before.conversation) return [];
  return now.conversation.flatMap((item) =>
    item.kind === 'divider' || before.conversation.includes(item) ? [] : [item],
  );
}

function captionOf(item: SpokenItem) {
  if (item.kind === 'user') {
    return { id: item.id, who: 'person', text: item.text, final: item.state !== 'partial' };
  }
  const { heard, begun, coming, unheard } = replyCaption(item);
  const isFinal = item.status !== 'running';
  const text = isFinal ? heard : heard + begun + coming + unheard;
  return { id: item.id, who: 'parley', text: text.trim(), final: isFinal };
}

function errorOf({ error, standing, microphone }: CallState) {
  if (error !== null) return { code: error.code, message: error.message };
  if (microphone.kind === 'refused') {
    const code = `microphone_${microphone.refusal}`;
    return { code, message: 'The microphone is not available.' };
  }
  if (standing.kind !== 'over' || standing.reason.code === 1000) return null;
  return { code: standing.reason.reason, message: standing.reason.message };
}
