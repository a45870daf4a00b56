import { describe, expect, it } from 'vitest';
import { words } from '../../../../test/support/scripted-generator.ts';
import { finalWords } from '../../../../test/support/scripted-transcriber.ts';
import { partial, Speaking } from '../../../../test/support/speaking.ts';
import { ScriptedLadder } from '../../../../test/support/scripted-ladder.ts';
import type { Step } from '../../../../test/support/script.ts';
import { settle } from '../../../base/lib/clock.fake.ts';
import type { TranscriptEvent } from '../../stages/transcriber/transcriber.ts';

/** Ten seconds of voice a clause. */
const longWinded = { clauseMs: () => 10_000 };

describe('a pause inside a sentence', () => {
  it('does not end the turn if the words before it are not a whole sentence', async () => {
    const person = new Speaking({
      transcriber: {
        whileSpeaking: [partial('I would like to go to the')],
        onFinal: () => [finalWords('I would like to go to the beach.')],
      },
    });
    await person.begins();
    await person.speaks(900);
    await person.pauses(1_000);
    expect(person.committed).toEqual([]);
    await person.goesOn(500);
    await person.pauses(2_000);
    expect(person.committed).toHaveLength(1);
    expect(person.test.ofType('response.created')).toHaveLength(1);
  });

  it('ends it soon if they are', async () => {
    const person = new Speaking({
      transcriber: {
        whileSpeaking: [partial('What time is it?')],
        onFinal: () => [finalWords('What time is it?')],
      },
    });
    await person.begins();
    await person.speaks(900);
    const speechEndMs = person.test.clock.now();
    await person.pauses(500);
    expect(person.committed).toMatchObject([{ utterance: 11, audio_end_ms: speechEndMs }]);
    const [decided] = person.test.ofCall('turn-decided');
    expect(decided).toMatchObject({ why: 'endpointed' });
    expect(decided!.afterMs).toBeLessThan(400);
  });

  it('never ends before it is over, if the client’s clock is ahead', async () => {
    const person = new Speaking({});
    await person.begins();
    const speechEndMs = person.test.clock.now() + 40;
    person.test.conversation.endUtterance('speech-stopped', { speechEndMs });
    expect(person.test.ofCall('turn-decided')).toMatchObject([{ afterMs: 0 }]);
  });

  it('that a client ends by itself is over at once, and once', async () => {
    const person = new Speaking({});
    await person.begins();
    await person.pauses();
    person.test.conversation.endUtterance('speech-stopped', {});
    await person.test.clock.advance(5_000);
    expect(person.committed).toEqual([]);
    expect(person.outcomes).toEqual(['replied']);
  });
});

describe('speech while a reply is heard', () => {
  async function duringReply(
    heard: Step<TranscriptEvent>,
    whileSpeaking: readonly Step<TranscriptEvent>[] = [],
    reply = 'This is a long story about a fox and a hen.',
    playedMs = 3_500,
    language = 'en-US',
  ) {
    const person = new Speaking({
      language,
      transcriber: { whileSpeaking, onFinal: () => [heard] },
      generator: { reply: () => [words(reply)] },
      synthesizer: longWinded,
    });
    person.test.type('Tell me a story');
    await person.test.clock.advance(playedMs + 500);
    const [created] = person.test.ofType('response.created');
    await person.begins({ responseId: created!.response_id, playedMs });
    return person;
  }

  it.each(['mhm', 'Okay.', ''])('leaves the reply alone if it is “%s”', async (heard) => {
    const person = await duringReply(finalWords(heard));
    await person.speaks(300);
    await person.pauses(1_000);
    expect(person.decided).toEqual([false]);
    await person.test.clock.advance(20_000);
    expect(person.test.outcomes).toEqual(['completed']);
    expect(person.outcomes).toEqual(['backchannel', 'replied']);
    const { history } = person.test.generator.requests.at(-1)!;
    expect(history.map(({ text }) => text)).toEqual(['Tell me a story']);
    expect(
      person.test.ofType('conversation.item.input_audio_transcription.completed'),
    ).toHaveLength(0);
  });

  it('stops it at the first word that says so, and says nothing afterwards', async () => {
    const person = await duringReply(finalWords('Stop.'), [partial('stop')]);
    expect(person.decided).toEqual([true]);
    expect(person.test.ofType('response.interruption_decided')).toMatchObject([
      { answer_follows: false },
    ]);
    await person.speaks(300);
    await person.pauses(1_000);
    await person.test.clock.advance(20_000);
    expect(person.test.outcomes).toEqual(['cancelled']);
    expect(person.outcomes).toEqual(['replied', 'stopped']);
    expect(person.test.ofType('response.created')).toHaveLength(1);
    person.test.type('What time is it?');
    await settle();
    expect(person.test.generator.requests.at(-1)).toMatchObject({ unasked: 1 });
  });

  it('stops it at a word of the language in which the utterance began', async () => {
    const story = 'Es war einmal ein Fuchs.';
    const heard = finalWords('Schweig.');
    const spoken = [{ waitMs: 100 }, partial('schweig')];
    const person = await duringReply(heard, spoken, story, 3_500, 'de');
    person.test.settings.language = 'fr';
    await person.speaks(400);
    expect(person.test.ofType('response.interruption_decided')).toMatchObject([
      { interrupted: true, answer_follows: false },
    ]);
    expect(person.test.transcriber.asked).toEqual(['de']);
  });

  it('answers what only began like a stop word', async () => {
    const person = await duringReply(finalWords('Stop the timer.'), [partial('stop')]);
    await person.speaks(600);
    await person.pauses(2_000);
    expect(person.test.ofType('response.created')).toHaveLength(2);
  });

  it.each([
    ['Okay, stop talking.', 'okay', 'en-US'],
    ['Hold on please.', '', 'en-US'],
    ['Okay, hör auf.', 'okay', 'de'],
    ['D’accord, tais-toi.', 'd’accord', 'fr'],
    ['Vale, cállate.', 'vale', 'es'],
  ])('wants no answer if its length interrupts before its words say “%s”', async (...said) => {
    const [heard, sofar, language] = said;
    const story = 'A fox and a hen.';
    const person = await duringReply(
      finalWords(heard),
      sofar === '' ? [] : [partial(sofar)],
      story,
      3_500,
      language,
    );
    await person.speaks(1_300);
    expect(person.test.ofType('response.interruption_decided')).toMatchObject([
      { interrupted: true, answer_follows: true },
    ]);
    await person.pauses(2_000);
    await person.test.clock.advance(20_000);
    expect(
      person.test.ofType('conversation.item.input_audio_transcription.completed'),
    ).toMatchObject([{ transcript: heard, answer_follows: false }]);
    expect(person.test.ofType('response.created')).toHaveLength(1);
    expect(person.outcomes).toEqual(['replied', 'stopped']);
  });

  it('wants no answer to the question before it either, of which nothing was heard', async () => {
    const person = await duringReply(finalWords('Okay, stop talking.'), [], undefined, 0);
    await person.speaks(1_300);
    const [decided] = person.test.ofType('response.interruption_decided');
    person.test.conversation.truncateReply(decided!.response_id, 0);
    await person.pauses(2_000);
    await person.test.clock.advance(20_000);
    expect(person.test.ofType('response.created')).toHaveLength(1);
    person.test.type('What time is it?');
    await settle();
    expect(person.test.generator.requests.at(-1)).toMatchObject({ unasked: 1 });
  });

  it('interrupts it by its length, before any word is known', async () => {
    const person = await duringReply(finalWords('What time is it?'));
    await person.speaks(1_100);
    expect(person.decided).toEqual([true]);
    expect(person.test.ofType('response.interruption_decided')).toMatchObject([
      { answer_follows: true },
    ]);
    expect(person.test.outcomes).toEqual(['cancelled']);
    await person.pauses(2_000);
    expect(person.test.ofType('response.created')).toHaveLength(2);
  });

  it('is an answer if the assistant has asked', async () => {
    const person = await duringReply(finalWords('Yes.'), [], 'Shall I go on?', 9_900);
    await person.speaks(300);
    await person.pauses(1_500);
    expect(person.decided).toEqual([true]);
    expect(person.test.ofType('response.created')).toHaveLength(2);
  });

  it('interrupts it if it cannot be recognised, and is apologised for', async () => {
    const person = await duringReply({ fail: new Error('gone') });
    await person.speaks(300);
    await person.pauses(1_500);
    expect(person.decided).toEqual([true]);
    expect(person.test.ofType('response.created')).toHaveLength(2);
  });

  it('that the client takes back lets the reply go on', async () => {
    const person = await duringReply(finalWords(''));
    person.test.conversation.discardUtterance();
    await settle();
    expect(person.decided).toEqual([false]);
    await person.test.clock.advance(20_000);
    expect(person.test.outcomes).toEqual(['completed']);
  });

  it.each(['none', 'browser'])('is decided upon even if only “%s” could hear it', async (heir) => {
    const ladder = new ScriptedLadder();
    const person = new Speaking({ ladder, synthesizer: longWinded });
    person.test.type('Tell me a story');
    await person.test.clock.advance(4_000);
    ladder.move('transcriber', heir);
    const [created] = person.test.ofType('response.created');
    await person.begins({ responseId: created!.response_id, playedMs: 3_500 });
    expect(person.decided).toEqual([true]);
  });
});
