/** What the assistant is given of a conversation. */
export type DialogueMessage =
  /** In the place of what was said before; without text if nothing of it is known any more. */
  | { readonly role: 'earlier'; readonly text: string }
  | {
      readonly role: 'user';
      readonly text: string;
      /** The person spoke, but the recogniser could not place the words; `text` is then empty. */
      readonly unrecognised?: boolean;
      /** A number in `text` may have been misheard. */
      readonly isDoubtful?: boolean;
    }
  | { readonly role: 'assistant'; readonly text: string };

export function mayBeMisheard(message: DialogueMessage): boolean {
  return message.role === 'user' && message.isDoubtful === true;
}

export interface Speaker {
  /** IANA name, e.g. `Europe/Berlin`. */
  readonly timeZone: string;
}

/** Lets an answer have consequences later: `text` is said when it is due. */
export interface ReminderBook {
  /** @returns undefined if there are as many as there may be */
  add(reminder: {
    readonly label: string;
    readonly text: string;
    readonly delayMs: number;
  }): ReminderEntry | undefined;
  /** The reminders not yet due, soonest first. */
  list(): readonly ReminderEntry[];
  cancel(id: number): void;
}

export interface ReminderEntry {
  readonly id: number;
  readonly label: string;
  /** What is said when it is due. */
  readonly text: string;
  readonly remainingMs: number;
}
