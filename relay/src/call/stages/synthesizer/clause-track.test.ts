import { describe, expect, it } from 'vitest';
import { ClauseTrack, type WrittenClause } from './clause-track.ts';

/** A track whose clauses are all written. */
async function trackOf(...clauses: readonly (string | WrittenClause)[]): Promise<ClauseTrack> {
  const track = new ClauseTrack(
    (async function* (): AsyncGenerator<WrittenClause> {
      for (const clause of clauses) {
        yield typeof clause === 'string' ? { text: clause, kind: 'answer' } : clause;
      }
    })(),
  );
  await track.at(clauses.length);
  return track;
}

const timed = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });

describe('a clause on its way', () => {
  it('is written, handed to a voice, begun, delivered and heard', async () => {
    const track = await trackOf('alpha beta');
    expect(track.position).toBe(0);
    expect(track.heardText(Infinity)).toBe('');
    track.handed(0);
    expect(track.heardText(Infinity)).toBe('');
    track.begun(0, 100);
    track.spoken(0, 600);
    expect(track.rest(0)).toEqual({ text: 'beta', fromCharacter: 6 });
    track.spoken(0, 500);
    track.done(0);
    expect(track.isDelivered).toBe(true);
    expect(track.heardText(599)).toBe('alpha');
    expect(track.heardText(1_100)).toBe('alpha beta');
    expect(track.heard(1_100)).toEqual({ clause: 1, words: 0 });
  });

  it('is read once, also if two voices ask for it', async () => {
    let asked = 0;
    const track = new ClauseTrack(
      (async function* (): AsyncGenerator<WrittenClause> {
        asked++;
        yield { text: 'one', kind: 'answer' };
      })(),
    );
    const [first, second] = await Promise.all([track.at(0), track.at(0)]);
    expect(first).toBe(second);
    expect(asked).toBe(1);
    expect(await track.at(1)).toBeUndefined();
  });

  it('passes on what the text broke off with, again and again', async () => {
    const track = new ClauseTrack(
      // oxlint-disable-next-line require-yield -- it breaks off at once
      (async function* (): AsyncGenerator<WrittenClause> {
        throw new RangeError('no more');
      })(),
    );
    await expect(track.at(0)).rejects.toThrow(RangeError);
    await expect(track.at(0)).rejects.toThrow(RangeError);
    expect(track.failure?.error).toBeInstanceOf(RangeError);
  });

  it('is resumed at the word that was cut off, however often voices break off in it', async () => {
    const track = await trackOf('alpha beta gamma');
    track.begun(0, 100);
    // "alpha " and half of "beta ".
    track.spoken(0, 850);
    expect(track.rest(0).text).toBe('beta gamma');
    track.begun(0, 100);
    // Not the whole of "beta": the time counts from where this voice began.
    track.spoken(0, 350);
    expect(track.rest(0).text).toBe('beta gamma');
    track.begun(0, 100);
    track.spoken(0, 500);
    expect(track.rest(0).text).toBe('gamma');
    track.spoken(0, 600);
    track.done(0);
    expect(track.heardText(track.audioMs)).toBe('alpha beta gamma');
    expect(track.heardText(1_200)).toBe('alpha');
  });

  it('that had not a whole word said begins anew, behind what was heard of it', async () => {
    const track = await trackOf('alphabetical order');
    track.begun(0, 100);
    track.spoken(0, 700);
    track.begun(0, 100);
    expect(track.timing(0)).toMatchObject({ startMs: 700, wordEndsMs: [] });
    track.spoken(0, 1_300);
    expect(track.rest(0).text).toBe('order');
  });

  it('takes the words’ times from the voice that says them', async () => {
    const track = await trackOf('Well, it is half past ten.');
    track.begun(0, 100);
    track.timed(0, [timed('Well', 0, 300), timed('it', 320, 400)]);
    track.spoken(0, 800);
    // "is" was not timed: its share of what is expected.
    expect(track.rest(0).text).toBe('half past ten.');
    track.begun(0, 100);
    track.timed(0, [timed('half', 0, 250), timed('ten', 600, 900)]);
    expect(track.timing(0)?.wordEndsMs).toEqual([300, 400, 800, 1_050, 1_400, 1_700]);
  });

  it('is as long as expected, as what went out if that is longer, and in the end as it was', async () => {
    const track = await trackOf('alpha beta');
    track.begun(0, 10);
    expect(track.timing(0)!.audioMs).toBe(110);
    track.spoken(0, 200);
    expect(track.timing(0)!.audioMs).toBe(200);
    track.done(0);
    expect(track.timing(0)!.audioMs).toBe(200);
  });
});

describe('what was heard', () => {
  it('leaves out fillers, whose time counts', async () => {
    const track = await trackOf({ text: 'One moment.', kind: 'filler' }, 'It is noon.');
    for (const clause of [0, 1]) {
      track.begun(clause, 100);
      track.spoken(clause, 1_000);
      track.done(clause);
    }
    expect(track.heardText(1_000)).toBe('');
    expect(track.heardText(1_700)).toBe('It is');
  });

  it('holds what could be read once all before it was heard', async () => {
    const track = await trackOf('One is here.', 'Two is read.');
    track.begun(0, 100);
    track.spoken(0, 1_000);
    track.done(0);
    track.shown(1);
    expect(track.heardText(999)).toBe('One is');
    expect(track.heardText(1_000)).toBe('One is here. Two is read.');
  });
});

describe('a voice whose word times do not fit the text', () => {
  const recipe = 'Take 2 eggs, some flour, some salt and two spoons of sugar.';

  it.each([
    ['two', recipe, 'eggs, some flour, some salt and two spoons of sugar.'],
    ['the', 'The cat saw the dog and the bird flew off.', 'cat saw the dog and the bird flew off.'],
  ])('does not jump to a later “%s”', async (word, text, rest) => {
    const track = await trackOf(text);
    track.begun(0, 60);
    const first = text.slice(0, text.indexOf(' '));
    if (first === 'Take') track.timed(0, [timed(first, 0, 300)]);
    const spokenMs = first === 'Take' ? 520 : 110;
    track.timed(0, [timed(word, spokenMs - 110, spokenMs - 20)]);
    track.timed(0, [timed(rest.slice(0, rest.indexOf(' ')), spokenMs - 20, 900)]);
    track.spoken(0, spokenMs);
    expect(track.rest(0).text).toBe(rest);
  });

  it('finds the words after a stretch that is spelled otherwise', async () => {
    const track = await trackOf('Call 5 5 5 1 2 3 now please.');
    track.begun(0, 60);
    const words = 'Call five five five one two three now please.'.split(' ');
    track.timed(
      0,
      words.map((word, at) => timed(word, at * 100, at * 100 + 100)),
    );
    track.spoken(0, 850);
    expect(track.rest(0).text).toBe('please.');
  });

  it('is heard when its audio has been played, even if a time lies beyond it', async () => {
    const track = await trackOf('one two', 'three four');
    track.begun(0, 60);
    track.timed(0, [timed('one', 0, 400), timed('two', 400, 60_000)]);
    track.spoken(0, 1_000);
    track.done(0);
    track.begun(1, 60);
    track.spoken(1, 1_000);
    track.done(1);
    expect(track.heardText(2_000)).toBe('one two three four');
  });
});

it('words that are only shown are not heard while the audio before them plays', async () => {
  const track = await trackOf('alpha beta gamma delta epsilon zeta');
  track.begun(0, 50);
  track.spoken(0, 650);
  const before = [200, 400, 600].map((ms) => track.heardText(ms));
  track.shown(0);
  expect([200, 400, 600].map((ms) => track.heardText(ms))).toEqual(before);
  expect(track.heardText(650)).toBe('alpha beta gamma delta epsilon zeta');
});
