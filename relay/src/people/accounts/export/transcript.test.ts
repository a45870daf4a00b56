import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'content-disposition';
import { WebVTTParser } from 'webvtt-parser';
import { ERRORS } from '@parley/shared';
import { storedConversation, storedTurn } from '../../../../test/support/stored-conversation.ts';
import { attachment, exportFile, transcriptText, transcriptVtt } from './export-file.ts';

const INTERRUPTED = storedConversation({
  title: 'Poems',
  turns: [
    storedTurn({
      user_text: 'tell me a poem',
      reply_text: 'Roses are red,',
      unheard_text: 'violets <are> blue & so on.',
      was_interrupted: true,
      offset_ms: 2_000,
      timeline: { speech_end: 3_400, tts_first_audio: 4_000 },
    }),
    storedTurn({
      id: 'turn_2',
      trigger: 'text',
      user_text: 'stop\n\n00:00 --> 00:01\nplease',
      offset_ms: 4_700,
      error: 'generator_failed',
    }),
  ],
});

function cuesOf(vtt: string) {
  const { cues, errors } = new WebVTTParser().parse(vtt, 'subtitles/captions/descriptions');
  expect(errors).toEqual([]);
  return cues;
}

it('WebVTT has a cue for each thing said, and marks what was cut off', () => {
  const vtt = transcriptVtt(INTERRUPTED);
  expect(cuesOf(vtt).map(({ startTime, endTime }) => [startTime, endTime])).toEqual([
    [2, 3.4],
    [4, 4.7],
    [4.7, 6.52],
  ]);
  expect(vtt).toContain('<v Person>tell me a poem</v>');
  expect(vtt).toContain(
    '<v Parley>Roses are red, <c.cut-off>violets &lt;are&gt; blue &amp; so on.</c></v>',
  );
  expect(vtt).toContain('<v Person>stop 00:00 → 00:01 please</v>');
});

it('WebVTT lays the calls of a conversation end to end', () => {
  const [session] = storedConversation().sessions;
  const vtt = transcriptVtt(
    storedConversation({
      sessions: [session!, { ...session!, id: 'sess_2' }],
      turns: [
        storedTurn({ user_text: 'one', offset_ms: 1_000 }),
        storedTurn({ id: 'turn_2', session_id: 'sess_2', user_text: 'two', offset_ms: 500 }),
      ],
    }),
  );
  expect(cuesOf(vtt).map(({ startTime }) => startTime)).toEqual([1, 60.5]);
});

it('WebVTT parses whatever was said, and in whichever order it was kept', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom('-->', '\n\n', 'NOTE', 'WEBVTT', '&amp', '<c>', '\r\r1', '\0', '\u2028'),
  );
  const turn = fc.record({
    user_text: fc.option(text),
    reply_text: fc.option(text),
    unheard_text: fc.option(text),
    was_interrupted: fc.boolean(),
    offset_ms: fc.double({ min: 0, max: 1e9, noNaN: true }),
    timeline: fc.record(
      { speech_end: fc.nat(1e9), audio_heard: fc.nat(1e9), first_clause: fc.nat(1e9) },
      { requiredKeys: [] },
    ),
  });
  fc.assert(
    fc.property(text, fc.array(turn, { maxLength: 5 }), (title, turns) => {
      const conversation = storedConversation({
        title,
        turns: turns.map((change, index) => storedTurn({ ...change, id: `turn_${index}` })),
      });
      const said = turns.flatMap(({ user_text, reply_text, unheard_text }) => [
        user_text !== null,
        Boolean(reply_text?.trim()) || Boolean(unheard_text?.trim()),
      ]);
      expect(cuesOf(transcriptVtt(conversation))).toHaveLength(said.filter(Boolean).length);
      // No line of one person can pass for another's.
      const lines = transcriptText(conversation).split(/\r\n|[\n\r\u2028\u2029]/);
      expect(lines.filter((line) => line.startsWith('[')).length).toBeLessThanOrEqual(
        said.length * 2,
      );
    }),
  );
});

it('text is for people to read', () => {
  expect(transcriptText(INTERRUPTED)).toBe(`Poems

Call of 2026-11-22 10:00 UTC

[00:02] You: tell me a poem
[00:02] Parley: Roses are red, [cut off: violets <are> blue & so on.]
[00:04] You: stop 00:00 --> 00:01 please
[00:04] (${ERRORS.generator_failed.message})
`);
});

it('JSON is what the relay keeps', () => {
  expect(JSON.parse(exportFile(INTERRUPTED, 'json').body)).toEqual(INTERRUPTED);
});

it.each([
  ['What time is it', 'What time is it.txt'],
  ['../../etc/passwd', 'etc passwd.txt'],
  ['a"; filename="b.exe', 'a ; filename= b.exe.txt'],
  ['line\r\nSet-Cookie: a=b', 'line Set-Cookie a=b.txt'],
  ['Wörter für 東京 🗼', 'Wörter für 東京 🗼.txt'],
  ['\u202Etxt.exe', 'txt.exe.txt'],
  ['...', 'conversation.txt'],
  ['\ud800', '\ufffd.txt'],
  ['x'.repeat(500), `${'x'.repeat(60)}.txt`],
])('the title %j names the file %j', (title, name) => {
  const header = attachment(title, 'txt');
  expect(header).toMatch(/^attachment; [\x20-\x7e]*$/);
  expect(parse(header).parameters['filename']).toBe(name);
});
