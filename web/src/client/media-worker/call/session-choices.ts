import type { Eagerness, RelayEventOf, SessionDescription, RelayEvent } from '@parley/shared';
import type { RelayFetch } from '@parley/shared/link/relay-request';
import { SessionApi, type SessionChoice } from '@parley/shared/link/session-api';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { ChangedChoices, MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import type { AssistantOffer } from '../../messages/page-requests.ts';

export type ChoiceCommand = Extract<
  MediaCommand,
  {
    type: 'set-recording' | 'offer-page' | 'page-answer' | 'set-assistant' | 'tool-output';
  }
>;

/** Of instructions and functions, what fits into the largest message that the relay takes. */
const MAX_ASSISTANT_BYTES = 65_000;

type PageOffer = Pick<SessionDescription, 'page_model' | 'page_recogniser'>;

/** What the person chose of a session, for the running one and for one that replaces it. */
export class SessionChoices {
  readonly #send: (event: SequencedEvent) => void;
  readonly #notify: (notice: MediaNotice) => void;
  #voice: string | undefined;
  #language: string | undefined;
  /** The relay's own, of the session; undefined if there is nothing to choose. */
  #usualLanguage: string | undefined;
  #eagerness: Eagerness;
  #speed: number;
  /** Of the session's voice; undefined if it has one pace. */
  #speeds: SessionDescription['speeds'];
  #relayDecides = false;
  #offer: PageOffer = {};
  /** What the relay would take of it. */
  #wanted: PageOffer = {};
  #assistant: AssistantOffer;

  constructor(
    { choices, assistant }: Pick<Extract<MediaCommand, { type: 'start' }>, 'choices' | 'assistant'>,
    send: (event: SequencedEvent) => void,
    notify: (notice: MediaNotice) => void,
  ) {
    const { voice, language, eagerness, speed } = choices;
    this.#assistant = assistant;
    this.#notify = notify;
    this.#voice = voice ?? undefined;
    this.#language = language ?? undefined;
    this.#eagerness = eagerness;
    this.#speed = speed;
    this.#send = send;
  }

  get voice(): string | undefined {
    return this.#voice;
  }

  get language(): string | undefined {
    return this.#language;
  }

  choose({ voice, language, eagerness, speed }: ChangedChoices): void {
    this.#voice = voice ?? this.#voice;
    this.#eagerness = eagerness ?? this.#eagerness;
    this.#speed = speed ?? this.#speed;
    if (language !== undefined) this.#language = language ?? undefined;
    // The relay's own voice cannot be asked for within a session.
    if (typeof voice === 'string') this.#update({ voice });
    if (language !== undefined) this.#updateLanguage();
    if (speed !== undefined) this.#updateSpeed();
    if (eagerness !== undefined) this.#updateEagerness();
  }

  handle(command: ChoiceCommand): void {
    switch (command.type) {
      case 'set-recording':
        return this.#update({ recording: command.recording });
      case 'offer-page':
        this.#offer = { ...this.#offer, ...command.offer };
        return this.#updateOffer(command.offer);
      case 'set-assistant':
        this.#assistant = command.offer;
        return this.#updateAssistant();
      case 'tool-output': {
        const { callId: call_id, output } = command;
        const item = { type: 'function_call_output', call_id, output } as const;
        return this.#send({ type: 'conversation.item.create', item });
      }
      case 'page-answer':
        return this.#send(
          command.state === 'going-on'
            ? { type: 'page.answer.delta', request_id: command.requestId, delta: command.text }
            : { type: 'page.answer.done', request_id: command.requestId, status: command.state },
        );
    }
  }

  /** This relay does not have it. */
  notOffered(choice: SessionChoice): void {
    if (choice === 'voice') this.#voice = undefined;
    if (choice === 'language') this.#language = undefined;
  }

  /** A session has begun: it does not know yet how soon a turn is over, and how fast to speak. */
  begun({ session }: RelayEventOf<'session.created'>): void {
    const { turn_detection: detection } = session;
    this.#relayDecides = detection !== undefined;
    if (detection?.eagerness !== this.#eagerness) this.#updateEagerness();
    this.#usualLanguage = session.languages?.[0];
    this.#speeds = session.speeds;
    if (this.#speed !== (session.speed ?? 1)) this.#updateSpeed();
    this.#wanted = session;
    this.#updateOffer(this.#offer);
    const { instructions, tools } = this.#assistant;
    if (instructions !== '' || tools.length > 0) this.#updateAssistant();
  }

  /** The voice that was chosen may know it again. */
  #updateLanguage(): void {
    const language = this.#language ?? this.#usualLanguage;
    if (language === undefined || this.#usualLanguage === undefined) return;
    const voice = this.#voice;
    this.#update({ language, ...(voice !== undefined && { voice }) });
  }

  #updateOffer(offer: PageOffer): void {
    for (const name of ['page_model', 'page_recogniser'] as const) {
      const isOffered = offer[name];
      const now = this.#wanted[name];
      if (isOffered === undefined || now === undefined) continue;
      this.#update({ [name]: isOffered });
    }
  }

  /** One that the relay cannot read would end the call. */
  #updateAssistant(): void {
    const { instructions, tools } = this.#assistant;
    const { length } = new TextEncoder().encode(JSON.stringify(this.#assistant));
    if (length > MAX_ASSISTANT_BYTES) {
      const message = `Instructions and functions take ${length} bytes, ${MAX_ASSISTANT_BYTES} at most.`;
      return this.#notify({ type: 'error', code: 'assistant_too_long', message });
    }
    const whole = tools.map(({ name, description = '', parameters = { type: 'object' } }) => ({
      ...{ name, description, parameters },
    }));
    this.#update({ instructions, tools: whole });
  }

  /** Chosen for another voice, perhaps: the nearest that this one has. */
  #updateSpeed(): void {
    if (this.#speeds === undefined) return;
    const { min, max } = this.#speeds;
    this.#update({ speed: Math.min(max, Math.max(min, this.#speed)) });
  }

  /** A relay that leaves turns to the page has no eagerness. */
  #updateEagerness(): void {
    const eagerness = this.#eagerness;
    if (this.#relayDecides) this.#update({ turn_detection: { eagerness } });
  }

  #update(session: Extract<SequencedEvent, { type: 'session.update' }>['session']): void {
    this.#send({ type: 'session.update', session });
  }
}

/** Asks for sessions as the person who starts the call. */
export function sessionApi(
  call: {
    readonly start: Extract<MediaCommand, { type: 'start' }>;
    readonly fetch: RelayFetch;
    notify(notice: MediaNotice): void;
  },
  onNotOffered: (choice: SessionChoice) => void,
): SessionApi {
  const { credentials, baseUrl } = call.start;
  return new SessionApi({
    baseUrl,
    fetch: call.fetch,
    token: credentials.token,
    // A person with an account must not become a guest unawares.
    replacesToken: credentials.kind === 'guest',
    accessCode: credentials.kind === 'guest' ? credentials.accessCode : undefined,
    onSignedIn: (token, expiresInS) => call.notify({ type: 'signed-in', token, expiresInS }),
    onNotOffered,
  });
}

/** The providers of speech, as the relay last reported them. */
export interface SpeechProviders {
  readonly transcriber: string;
  readonly synthesizer: string;
  /** Whether replies are to be spoken at all. */
  readonly spoken: boolean;
}

export function speechProvidersAfter(
  providers: SpeechProviders | undefined,
  event: RelayEvent,
): SpeechProviders | undefined {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
    case 'session.resumed': {
      const { transcriber, synthesizer } = event.session.providers;
      const spoken = event.session.output_modalities.includes('audio');
      return { transcriber, synthesizer, spoken };
    }
    case 'session.degraded':
    case 'session.restored':
      if (providers === undefined || event.stage === 'generator') return providers;
      return { ...providers, [event.stage]: event.to };
    default:
      return providers;
  }
}

/** Whether the relay takes speech. */
export function relayHears(providers: SpeechProviders | undefined): boolean {
  return providers?.transcriber !== 'browser' && providers?.transcriber !== 'none';
}

/** Whether the page is to speak what comes without a voice. */
export function browserSpeaks(providers: SpeechProviders | undefined): boolean {
  return providers?.spoken === true && providers.synthesizer === 'browser';
}
