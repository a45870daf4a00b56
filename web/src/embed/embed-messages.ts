/**
 * What `<parley-call>` in a page and the call in its frame say to each other, by `postMessage`. Both
 * sides check who sends and read what comes as what a stranger may have written.
 */

export const LOOKS = ['button', 'card'] as const;
export const THEMES = ['light', 'dark'] as const;
/** The CSS variables of the page that the frame takes over, without their `--parley-`. */
export const COLOURS = ['accent', 'surface', 'control', 'text', 'line'] as const;

/** How the page wants the call to look and to speak; null: as it does by itself. */
export interface EmbedSettings {
  readonly look: (typeof LOOKS)[number];
  readonly theme: (typeof THEMES)[number];
  /** On the button, and above the card. */
  readonly label: string | null;
  /** Shown before the first words. */
  readonly greeting: string | null;
  readonly voice: string | null;
  /** BCP 47 */
  readonly language: string | null;
  readonly colours: Readonly<Partial<Record<(typeof COLOURS)[number], string>>>;
}

export const COMMANDS = ['start', 'hangUp', 'mute', 'unmute', 'open', 'close'] as const;

export type Command = (typeof COMMANDS)[number];

export type PageMessage =
  | { readonly type: 'settings'; readonly settings: EmbedSettings }
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'text'; readonly text: string };

/** DOM events of the element are `parley-` and one of these. */
export const EVENTS = ['state', 'caption', 'turn', 'cost', 'error'] as const;

export type EventName = (typeof EVENTS)[number];

export type FrameMessage =
  /** The page may send from now on. */
  | { readonly type: 'hello' }
  /** As much room as the frame's content takes, CSS px. */
  | { readonly type: 'size'; readonly width: number; readonly height: number }
  | {
      readonly type: 'event';
      readonly name: EventName;
      readonly detail: Readonly<Record<string, unknown>>;
    };

/** Longest texts that are taken. */
const MAX_WORDS = 200;
/** What is longer than a call takes, 2,000 characters, is refused in words by its relay, not cut. */
const MAX_TEXT = 4_000;
const MAX_COLOUR = 100;
const MAX_SIZE_PX = 4_096;

type Fields = Readonly<Record<string, unknown>>;

/** @returns null if it is none of ours */
export function readPageMessage(data: unknown): PageMessage | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  switch (fields['type']) {
    case 'settings': {
      const settings = fieldsOf(fields['settings']);
      return settings && { type: 'settings', settings: readSettings(settings) };
    }
    case 'command': {
      const command = COMMANDS.find((name) => name === fields['command']);
      return command === undefined ? null : { type: 'command', command };
    }
    case 'text': {
      const text = wordsIn(fields['text'], MAX_TEXT);
      return text === null ? null : { type: 'text', text };
    }
    default:
      return null;
  }
}

function readSettings(fields: Fields): EmbedSettings {
  const colours = fieldsOf(fields['colours']) ?? {};
  return {
    look: LOOKS.find((look) => look === fields['look']) ?? 'button',
    theme: THEMES.find((theme) => theme === fields['theme']) ?? 'light',
    label: wordsIn(fields['label'], MAX_WORDS),
    greeting: wordsIn(fields['greeting'], MAX_WORDS),
    voice: wordsIn(fields['voice'], MAX_WORDS),
    language: wordsIn(fields['language'], MAX_WORDS),
    colours: Object.fromEntries(
      COLOURS.flatMap((name) => {
        const colour = wordsIn(colours[name], MAX_COLOUR);
        return colour !== null && isPlain(colour) ? [[name, colour]] : [];
      }),
    ),
  };
}

/** May be a colour, and is nothing else: no variable of the frame, no address. */
function isPlain(text: string): boolean {
  return /^[#\w\s.,%/()+-]+$/.test(text) && !/\b(var|env|attr|url)\(/i.test(text);
}

/** @returns null if it is none of ours */
export function readFrameMessage(data: unknown): FrameMessage | null {
  const fields = fieldsOf(data);
  if (fields === null) return null;
  switch (fields['type']) {
    case 'hello':
      return { type: 'hello' };
    case 'size': {
      const [width, height] = [sizeIn(fields['width']), sizeIn(fields['height'])];
      return width === null || height === null ? null : { type: 'size', width, height };
    }
    case 'event': {
      const name = EVENTS.find((event) => event === fields['name']);
      const detail = fieldsOf(fields['detail']);
      return name === undefined || detail === null ? null : { type: 'event', name, detail };
    }
    default:
      return null;
  }
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}

function wordsIn(value: unknown, longest: number): string | null {
  const text = typeof value === 'string' ? value.trim().slice(0, longest) : '';
  return text === '' ? null : text;
}

function sizeIn(value: unknown): number | null {
  return typeof value === 'number' && value > 0 && value <= MAX_SIZE_PX ? value : null;
}
