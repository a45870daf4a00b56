import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clauses, clausesOf, MAX_CLAUSE_CHARACTERS } from './clauses.ts';
import type { WrittenClause } from '../../stages/synthesizer/clause-track.ts';

async function* stream(...pieces: WrittenClause[]) {
  yield* pieces;
}

async function cut(...deltas: string[]): Promise<string[]> {
  const pieces = deltas.map((text): WrittenClause => ({ kind: 'answer', text }));
  return Array.fromAsync(clauses(stream(...pieces)), ({ text }) => text);
}

describe('clauses', () => {
  it('gives one clause a sentence', async () => {
    expect(await cut('It is noon. Time ', 'for lunch! ', 'Shall we?')).toEqual([
      'It is noon.',
      'Time for lunch!',
      'Shall we?',
    ]);
  });

  it('lets the first clause end at a comma, so that speech starts sooner', async () => {
    expect(await cut('Well, that is a longer story, which began in spring, so to speak. ')).toEqual(
      ['Well, that is a longer story,', 'which began in spring, so to speak.'],
    );
  });

  it('does not cut numbers, addresses or abbreviations', async () => {
    expect(await cut('Pi is 3.14 or so. Ask Dr. Watson at example.com. ')).toEqual([
      'Pi is 3.14 or so.',
      'Ask Dr. Watson at example.com.',
    ]);
  });

  it.each([
    // Abbreviations, initials and times.
    'The U.S. economy grew.|Prof. Lee of St. Mary said at 9:30 a.m. sharp on Jan. 5.|Then it fell.',
    'I live in the U.S.|The weather is fine.|It opens at 9 a.m.|Please come.|J. R. R. Tolkien wrote.',
    'John F. Kennedy was shot.|So do I.|Then Mr. and Mrs. Smith went.|Ask Dr. Das.|Mr. Will Smith.|E. coli is small.',
    'Apples, pears, etc. are fruit.|Apples etc.|Paris is nice.|Version 2.0. is out.|See example.com.|It works.',
    'Yes.|Paris is nice.|My TV.|His PC.|Ask Tom.|Lee is away.|It is 5 km.|We walk.',
    // What is a word as well.
    'The answer is no.|Take No. 5.|This is art.|It helps.|He sat.|Then he left.',
    // Ordinals and numbers.
    'Er kommt am 3. Oktober.|Der 2. Weltkrieg endete 1945.|Danach war Ruhe.|Ludwig XIV. war König.',
    'Am 5. 6. 2024 war es warm.|Im Haus Nr. 7 wohnt z. B. Anna.|Das ist d. h. gut.|Den 3. oktober kommer han.',
    'I am 30.|You are 40.|I was born in 1990.|Paris is nice.|The answer is 42.|It is.',
    // Lists.
    '1. Mix the flour.|2. Bake it.|iii. Eat.|First: 1. Mix.',
    // Quotations, brackets and pauses.
    '"Really?" she asked.|"Yes."|Then she left.|(I think so.)|Well... maybe.|Wait...|No.|Fine…|Right.',
    // Other scripts.
    '你好！|“很好。”他说。|真的？！|明日は３．５度です。|「はい。」と言った。',
    'मैं ठीक हूँ।|डॉ. शर्मा यहाँ हैं।|كيف حالك؟|د. أحمد هنا.|Τι κάνεις;|Ο κ. Παπαδόπουλος ήρθε.',
    'М. Ю. Лермонтов жил в г. Москве и т. д.|Он писал на ул. Ленина.|Le Dr. Noir est là.|El Sr. Gil vino.|Dipl.-Ing. Noll war in den EE. UU. dabei.|これはU.S. economyです。',
  ])('cuts where a sentence ends, and nowhere else: %s', async (marked) => {
    const expected = marked.split('|');
    const isSpaced = /\p{sc=Latin}|\p{sc=Cyrillic}|\p{sc=Deva}/u.test(marked);
    const text = expected.join(isSpaced ? ' ' : '');
    // Before them one that may end at a comma.
    expect(clausesOf(`Well. ${text}`)).toEqual(['Well.', ...expected]);
    expect(await cut(...`Well. ${text}`)).toEqual(['Well.', ...expected]);
  });

  it('cuts Thai, which has no stops, at its spaces', () => {
    expect(clausesOf('สวัสดีครับ ผมชื่อปาร์ลีย์ วันนี้อากาศดีมาก')).toEqual([
      'สวัสดีครับ ผมชื่อปาร์ลีย์',
      'วันนี้อากาศดีมาก',
    ]);
  });

  it('speaks a sentence as soon as the next word begins, not when the reply is over', async () => {
    const deltas = (async function* () {
      yield { kind: 'answer', text: 'Seven times eight is fifty six. ' } as const;
      throw new Error('the first clause should have been out before this');
    })();
    const first = await clauses(deltas).next();
    expect(first.value).toEqual({ kind: 'answer', text: 'Seven times eight is fifty six.' });
  });

  it('loses and invents nothing, and keeps every clause short, however the text arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom('. ', ', ', 'word ', '\n', 'x'.repeat(200))),
        ),
        async (deltas) => {
          const cutClauses = await cut(...deltas);
          const squash = (text: string) => text.replaceAll(/\s+/g, '');
          expect(squash(cutClauses.join(' '))).toBe(squash(deltas.join('')));
          for (const clause of cutClauses) {
            expect(clause.length).toBeLessThanOrEqual(MAX_CLAUSE_CHARACTERS);
            expect(clause.trim()).not.toBe('');
          }
        },
      ),
    );
  });

  it('gives the same clauses however the text arrives', async () => {
    const part = fc.oneof(
      fc.constantFrom(...'. , ! ? … : ; " ) 。 」 ． । ؟'.split(' '), ' ', '\n', '   '),
      fc.constantFrom(
        'U.S',
        'Prof',
        'no',
        'Jan',
        '3',
        'am',
        'C',
        'Oktober',
        'The',
        'is',
        'Lee',
        'はい',
      ),
      fc.constantFrom('x'.repeat(70), 'ordinary words that fill a clause', 'สวัสดี', '1990'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 60 }),
        fc.infiniteStream(fc.nat({ max: 9 })),
        async (parts, lengths) => {
          const text = parts.join('');
          const deltas: string[] = [];
          for (let at = 0; at < text.length;) {
            const length = 1 + (lengths.next().value as number);
            deltas.push(text.slice(at, at + length));
            at += length;
          }
          expect(await cut(...deltas)).toEqual(clausesOf(text));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('never mixes kinds, and lets the first clause after a filler end early, too', async () => {
    const pieces = stream(
      { kind: 'filler', text: 'One moment.' },
      { kind: 'answer', text: 'Well, that is a longer story, which began ' },
      { kind: 'apology', text: 'I could not find an answer.' },
    );
    expect(await Array.fromAsync(clauses(pieces))).toEqual([
      { kind: 'filler', text: 'One moment.' },
      { kind: 'answer', text: 'Well, that is a longer story,' },
      { kind: 'answer', text: 'which began' },
      { kind: 'apology', text: 'I could not find an answer.' },
    ]);
  });

  it('cuts a whole text as it would cut the pieces of it', async () => {
    const text = 'Well, that is a longer story, which began in spring. So to speak.';
    expect(clausesOf(text)).toEqual(await cut(...text));
  });
});
