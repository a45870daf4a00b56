import type { Eagerness, RelayEventOf } from '@parley/shared';
import type { SequencedEvent } from '@parley/shared/link/outbound';
import type { MediaCommand } from '../../messages/media-messages.ts';

export type ChoiceCommand = Extract<
  MediaCommand,
  { type: 'set-voice' | 'set-eagerness' | 'set-recording' }
>;

/** What the person chose of a session, for the running one and for one that replaces it. */
export class SessionChoices {
  readonly #send: (event: SequencedEvent) => void;
  #voice: string | undefined;
  #eagerness: Eagerness;
  #relayDecides = false;

  constructor(
    start: Pick<Extract<MediaCommand, { type: 'start' }>, 'voice' | 'eagerness'>,
    send: (event: SequencedEvent) => void,
  ) {
    this.#voice = start.voice;
    this.#eagerness = start.eagerness;
    this.#send = send;
  }

  get voice(): string | undefined {
    return this.#voice;
  }

  handle(command: ChoiceCommand): void {
    switch (command.type) {
      case 'set-voice':
        this.#voice = command.voice;
        return this.#update({ voice: command.voice });
      case 'set-recording':
        return this.#update({ recording: command.recording });
      case 'set-eagerness':
        this.#eagerness = command.eagerness;
        return this.#updateEagerness();
    }
  }

  /** A session has begun: it does not know yet how soon it is to take a turn as over. */
  begun({ session }: RelayEventOf<'session.created'>): void {
    const { turn_detection: detection } = session;
    this.#relayDecides = detection !== undefined;
    if (detection?.eagerness !== this.#eagerness) this.#updateEagerness();
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
