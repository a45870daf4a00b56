import { serve, type Dialogue, type Observation, type PageHandlers } from '@parley/relay/testing';
import { startVoice } from '../e2e/support/speech.ts';
import { HeadlessPage, until } from './headless-page.ts';
import type { TappedEvent } from './tapped-socket.ts';
import { loadSileroInNode } from './node-silero.ts';
import { speakDialogue, type Speech } from './person.ts';
import { Room } from './room.ts';

const SAMPLES_PER_MS = 16;
/** Longest wait for a reply to be heard, or to end. */
const REPLY_DEADLINE_MS = 12_000;
const LONG_REPLY_DEADLINE_MS = 40_000;
/** How long it is listened to what follows a last utterance. */
const ANSWER_WATCH_MS = 4_500;
const SILENCE_WATCH_MS = 2_500;
/** A call that only listens over a reply listens for this long. */
const OVER_REPLY_WATCH_MS = 9_000;

const prepared: { readonly dialogue: Dialogue; readonly speech: readonly Speech[] }[] = [];

const handlers: PageHandlers = {
  async prepare(dialogues) {
    await using voice = await startVoice();
    for (const dialogue of dialogues) {
      prepared.push({ dialogue, speech: await speakDialogue(voice, dialogue) });
    }
    return prepared.map(({ speech }) => speech.map(({ words }) => words));
  },

  async converse({ url, run, decides }): Promise<Observation> {
    const { dialogue, speech } = prepared[run]!;
    const { background, echoDb } = dialogue;
    const seen = observation(dialogue.name);
    await using page = new HeadlessPage({
      url,
      decides,
      detector: await loadSileroInNode(),
      room: new Room({ background, echoDb }),
      onEvent: (event, atMs) => noteEvent(seen, event, atMs),
      onReport: ({ type }, atMs) => {
        if (type === 'flushed') seen.flushedMs.push(atMs);
        if (type === 'ended') seen.endedMs.push(atMs);
      },
    });
    // Without a call there is nothing to measure: the request fails.
    await page.ready();
    try {
      let fromMs = performance.now();
      for (const [index, { at, expects }] of dialogue.utterances.entries()) {
        const replied = index > 0 ? await reply(page, seen, fromMs, 'after' in at) : fromMs;
        await passed(replied + ('after' in at ? at.after : at.over));
        const startMs = page.speak(speech[index]!.samples, { run, utterance: index });
        const endMs = startMs + speech[index]!.samples.length / SAMPLES_PER_MS;
        seen.utterances.push({ startMs, endMs });
        await passed(endMs);
        fromMs = endMs;
        if (index === dialogue.utterances.length - 1) await watch(page, seen, expects);
      }
    } catch (error) {
      seen.problem ??= error instanceof Error ? error.message : String(error);
    }
    seen.voice.push(...page.voice);
    const { problem, ...rest } = seen;
    const observed = { ...rest, lateMs: page.lateMs };
    return problem === undefined ? observed : { ...observed, problem };
  },
};

serve(handlers);

function observation(name: string) {
  return {
    name,
    utterances: [] as { startMs: number; endMs: number }[],
    turnEnds: [] as { atMs: number; utterance: number }[],
    answers: [] as { atMs: number; utterance: number | null }[],
    voice: [] as { startMs: number; endMs: number }[],
    flushedMs: [] as number[],
    endedMs: [] as number[],
    problem: undefined as string | undefined,
  };
}

type Seen = ReturnType<typeof observation>;

function noteEvent(seen: Seen, event: TappedEvent, atMs: number): void {
  switch (event.type) {
    case 'input_audio_buffer.committed':
    case 'input_audio_buffer.speech_stopped':
      seen.turnEnds.push({ atMs, utterance: event['utterance'] as number });
      return;
    case 'response.created':
      seen.answers.push({ atMs, utterance: event['utterance'] as number | null });
      return;
    case 'error':
      seen.problem ??= JSON.stringify(event);
      return;
    default:
  }
}

/** Waits for the reply to what was said until `fromMs`. @returns when it was first heard, or over */
async function reply(
  page: HeadlessPage,
  seen: Seen,
  fromMs: number,
  isHeardOut: boolean,
): Promise<number> {
  await until(() => isHeardSince(page, fromMs), REPLY_DEADLINE_MS, 'No reply was heard.');
  if (!isHeardOut) return page.voice.at(-1)!.startMs;
  const overMs = () => Math.max(seen.endedMs.at(-1) ?? 0, seen.flushedMs.at(-1) ?? 0);
  await until(() => overMs() > fromMs, LONG_REPLY_DEADLINE_MS, 'A reply did not end.');
  return overMs();
}

/** What follows the last utterance. */
async function watch(
  page: HeadlessPage,
  seen: Seen,
  expects: Dialogue['utterances'][number]['expects'],
): Promise<void> {
  const { startMs, endMs } = seen.utterances.at(-1)!;
  switch (expects) {
    case 'silence':
      return passed(endMs + SILENCE_WATCH_MS);
    case 'listening': {
      const overs = () => seen.endedMs.length + seen.flushedMs.length;
      const before = overs();
      const isOver = () => overs() > before || performance.now() > startMs + OVER_REPLY_WATCH_MS;
      return until(isOver, LONG_REPLY_DEADLINE_MS, 'The reply did not end.');
    }
    case 'answer':
      // The judgement says that it is missing.
      await until(() => isHeardSince(page, endMs), ANSWER_WATCH_MS, '').catch(() => {});
  }
}

function isHeardSince(page: HeadlessPage, fromMs: number): boolean {
  return page.voice.some(({ startMs }) => startMs > fromMs);
}

async function passed(atMs: number): Promise<void> {
  await until(() => performance.now() >= atMs, LONG_REPLY_DEADLINE_MS, 'The clock stands still.');
}
