import { inlineMark, lineMark, LOOK_AHEAD, type Context, type Mark } from './markdown-marks.ts';

/** What never means anything but itself, in the scripts that are common in speech. */
const PLAIN = /[ a-gi-zA-Z\d.,;:?'"()%$/\-’“”…–—\u00c0-\u1fff\u3040-\u9fff\uac00-\ud7a3]+/y;

/**
 * Turns what a model writes into what can be said, while it is being written: Markdown's marks,
 * links' addresses and emoji are left out, the words stay.
 *
 * How the text is cut into pieces makes no difference to what comes out in all: every decision
 * looks at most `LOOK_AHEAD` characters ahead, and waits until it can see as far as it needs.
 */
export class SpokenTextFilter {
  #pending = '';
  /** The last character given out, or an empty string before the first. */
  #last = '';
  #isLineStart = true;

  /** @returns what can be said by now; plain words are never held back */
  push(text: string): string {
    this.#pending += text;
    return this.#run(false);
  }

  /** No more text comes for now: what was held back is decided as it stands. */
  flush(): string {
    return this.#run(true);
  }

  #run(isEnd: boolean): string {
    let said = '';
    while (this.#pending !== '') {
      const mark = this.#next(isEnd);
      if (mark === 'more') break;
      this.#pending = (mark.again ?? '') + this.#pending.slice(mark.length);
      this.#isLineStart = mark.isLineStart ?? false;
      said += this.#spaced(mark.said ?? '');
    }
    return said;
  }

  #next(isEnd: boolean): Mark | 'more' {
    const ahead = this.#pending.slice(0, LOOK_AHEAD);
    const context: Context = {
      ahead,
      isWhole: isEnd || ahead.length === LOOK_AHEAD,
      before: this.#last,
    };
    const atLine = this.#isLineStart ? lineMark(context) : undefined;
    if (atLine !== undefined) return atLine;
    PLAIN.lastIndex = 0;
    const plain = PLAIN.exec(this.#pending)?.[0];
    if (plain !== undefined) return { length: plain.length, said: plain };
    return inlineMark(context);
  }

  /** One space where there would be several, none at the beginning or after a line break. */
  #spaced(text: string): string {
    let said = '';
    for (const character of text) {
      const isSpace = /\s/u.test(character);
      if (isSpace && (this.#last === '' || this.#last === '\n')) continue;
      if (isSpace && character !== '\n' && /\s/u.test(this.#last)) continue;
      this.#last = isSpace && character !== '\n' ? ' ' : character;
      said += this.#last;
    }
    return said;
  }
}
