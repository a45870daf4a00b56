import {
  COLOURS,
  LOOKS,
  readFrameMessage,
  THEMES,
  type Command,
  type EmbedSettings,
  type FrameMessage,
  type PageMessage,
} from './embed-messages.ts';
import { STYLES } from './parley-call-styles.ts';
import { themeBehind, watchTheme } from './page-theme.ts';

/** How long the frame may take to answer once it has loaded; a refused one loads and never does. */
const ANSWER_MS = 5_000;
/** Said by the page before the frame listens; more is dropped. */
const MAX_WAITING = 20;
const REFUSED = 'The voice call is not available on this page.';
const TITLE = 'Voice call';

const ATTRIBUTES = ['look', 'position', 'label', 'greeting', 'voice', 'language', 'theme'] as const;

/** The frame of a place in the page, for as long as the element is there. */
interface Placed {
  readonly frame: HTMLIFrameElement;
  readonly over: AbortController;
  isReady: boolean;
  readonly waiting: PageMessage[];
}

/**
 * A call in a frame of the relay's own. What it can do are methods; what happens in it are events,
 * `parley-state`, `-caption`, `-turn`, `-cost` and `-error`.
 */
class ParleyCall extends HTMLElement {
  /** Address of the relay, with a slash at its end. */
  static relay = '';
  static readonly observedAttributes = [...ATTRIBUTES, 'class', 'style'];
  readonly #box = document.createElement('div');
  #placed: Placed | null = null;
  #state: Readonly<Record<string, unknown>> = { phase: 'idle', muted: false, open: false };

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLES);
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [sheet];
    this.#box.className = 'box';
    root.append(this.#box);
  }

  /** As the last `parley-state` said. */
  get state(): Readonly<Record<string, unknown>> {
    return this.#state;
  }

  /** Opens the card and begins a call; best within a person's press of a button. */
  start(): void {
    this.#command('start');
  }

  hangUp(): void {
    this.#command('hangUp');
  }

  mute(): void {
    this.#command('mute');
  }

  unmute(): void {
    this.#command('unmute');
  }

  open(): void {
    this.#command('open');
  }

  /** Puts the card away; a call goes on. */
  close(): void {
    this.#command('close');
  }

  /** Says `text` as if the person had typed it; begins a call if there is none. */
  sendText(text: string): void {
    this.#send({ type: 'text', text });
  }

  connectedCallback(): void {
    if (this.#placed !== null) return;
    const frame = document.createElement('iframe');
    const over = new AbortController();
    this.#placed = { frame, over, isReady: false, waiting: [] };
    const { signal } = over;
    frame.allow = 'microphone; autoplay';
    frame.title = this.getAttribute('label') ?? TITLE;
    // One far below is not fetched before a person comes near it.
    frame.loading = 'lazy';
    frame.src = `${ParleyCall.relay}embed.html`;
    frame.addEventListener('load', () => this.#awaitAnswer(signal), { signal });
    addEventListener('message', (event) => this.#onMessage(event), { signal });
    watchTheme(() => this.#configure(), signal);
    this.#box.replaceChildren(frame);
  }

  /** Moved by `moveBefore`: the frame, and with it the call, lives on. */
  connectedMoveCallback(): void {
    this.#configure();
  }

  /** With the frame its sockets, its sound and its microphone are gone. */
  disconnectedCallback(): void {
    this.#placed?.over.abort();
    this.#placed = null;
    this.#box.replaceChildren();
    this.#box.removeAttribute('style');
    this.#state = { phase: 'idle', muted: false, open: false };
  }

  attributeChangedCallback(): void {
    this.#configure();
  }

  #onMessage({ source, origin, data }: MessageEvent): void {
    const { frame } = this.#placed ?? {};
    if (!frame || source !== frame.contentWindow || origin !== new URL(ParleyCall.relay).origin)
      return;
    const message = readFrameMessage(data);
    if (message !== null) this.#onFrame(message);
  }

  #onFrame(message: FrameMessage): void {
    switch (message.type) {
      case 'hello':
        return this.#onReady();
      case 'size': {
        const { style } = this.#box;
        style.setProperty('--width', `${message.width}px`);
        style.setProperty('--height', `${message.height}px`);
        return;
      }
      case 'event': {
        const { name, detail } = message;
        if (name === 'state') {
          this.#state = detail;
          this.#box.toggleAttribute('data-open', detail['open'] === true);
        }
        return this.#emit(name, detail);
      }
    }
  }

  #onReady(): void {
    const placed = this.#placed;
    if (placed === null) return;
    placed.isReady = true;
    this.#box.querySelector('p')?.remove();
    this.#box.toggleAttribute('data-ready', true);
    this.#configure();
    for (const message of placed.waiting.splice(0)) this.#send(message);
  }

  /** The browser shows a page neither that it refused to frame the relay nor why. */
  #awaitAnswer(signal: AbortSignal): void {
    const timer = setTimeout(() => {
      if (this.#placed?.isReady === false) this.#refuse();
    }, ANSWER_MS);
    signal.addEventListener('abort', () => clearTimeout(timer));
  }

  #refuse(): void {
    const sentence = document.createElement('p');
    sentence.role = 'status';
    sentence.textContent = REFUSED;
    this.#box.append(sentence);
    // oxlint-disable-next-line no-console -- for those who make the page
    console.error(
      `Parley: the frame of ${ParleyCall.relay} did not answer. If the relay is up, its EMBED_ORIGINS must name ${location.origin}, and a policy of this page must allow frames of the relay (frame-src).`,
    );
    this.#emit('error', { code: 'frame_refused', message: REFUSED });
  }

  #command(command: Command): void {
    this.#send({ type: 'command', command });
  }

  #send(message: PageMessage): void {
    const placed = this.#placed;
    if (placed === null) return;
    if (placed.isReady)
      placed.frame.contentWindow?.postMessage(message, new URL(ParleyCall.relay).origin);
    else {
      placed.frame.loading = 'eager';
      if (placed.waiting.length < MAX_WAITING) placed.waiting.push(message);
    }
  }

  #configure(): void {
    if (this.#placed === null) return;
    const settings = this.#settings();
    // Else the browser would put an opaque ground under the frame.
    this.#box.style.colorScheme = settings.theme;
    this.#placed.frame.title = settings.label ?? TITLE;
    if (this.#placed.isReady) this.#send({ type: 'settings', settings });
  }

  #settings(): EmbedSettings {
    const styles = getComputedStyle(this);
    const of = (name: (typeof ATTRIBUTES)[number]) => this.getAttribute(name);
    return {
      look: LOOKS.find((look) => look === of('look')) ?? 'button',
      theme: THEMES.find((theme) => theme === of('theme')) ?? themeBehind(this),
      label: of('label'),
      greeting: of('greeting'),
      voice: of('voice'),
      language: of('language'),
      colours: Object.fromEntries(
        COLOURS.map((name) => [name, styles.getPropertyValue(`--parley-${name}`)]),
      ),
    };
  }

  #emit(name: string, detail: object): void {
    const options = { detail, bubbles: true, composed: true };
    this.dispatchEvent(new CustomEvent(`parley-${name}`, options));
  }
}

/** @param relay - its address, with a slash at its end */
export function defineParleyCall(relay: string): void {
  // The script may stand in the page twice.
  if (customElements.get('parley-call') !== undefined) return;
  ParleyCall.relay = relay;
  customElements.define('parley-call', ParleyCall);
}
