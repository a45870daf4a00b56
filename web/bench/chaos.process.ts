import { createHash, type Hash } from 'node:crypto';
import { serve, type ChaosHandlers, type Conversation } from '@parley/relay/testing';
import { BESIDE_SUBPROTOCOL_PREFIX } from '@parley/shared';
import { startVoice } from '../e2e/support/speech.ts';
import type { MediaNotice } from '../src/client/messages/media-messages.ts';
import type { PlaybackCommand, PlaybackReport } from '../src/client/messages/playback-messages.ts';
import { HeadlessPage, until } from './headless-page.ts';
import { installAudioEncoder } from './node-web-codecs.ts';
import { loadSileroInNode } from './node-silero.ts';
import { speakDialogue, type Speech } from './person.ts';
import { Room } from './room.ts';

const SAMPLES_PER_MS = 16;
/** From the end of a question until its answer was heard, over the worst of lines. */
const TURN_DEADLINE_MS = 120_000;
/** Between an answer and the next question. */
const PAUSE_MS = 600;
/** What comes after the last answer and should not. */
const AFTER_MS = 2_000;

const prepared: Speech[] = [];

const handlers: ChaosHandlers = {
  async prepare(dialogues) {
    await using voice = await startVoice();
    for (const dialogue of dialogues) {
      prepared.push(...(await speakDialogue(voice, dialogue)));
    }
    return prepared.map(({ words }) => [words]);
  },

  async converse({ url, codec, questions, enoughMs = Number.POSITIVE_INFINITY }) {
    if (codec === 'opus') installAudioEncoder();
    const watch = new ConversationWatch();
    await using page = new HeadlessPage({
      url,
      decides: 'relay',
      line: codec,
      detector: await loadSileroInNode(),
      room: new Room({ isSilent: true }),
      onEvent: ({ type }) => {
        if (type === 'session.resumed') watch.resumptions += 1;
      },
      onSocket: (protocols) => {
        const isBeside = protocols.some((one) => one.startsWith(BESIDE_SUBPROTOCOL_PREFIX));
        if (isBeside) watch.besides += 1;
      },
      onNotice: (notice) => watch.notice(notice),
      onPlayback: (command) => watch.playback(command),
      onReport: (report, atMs) => watch.report(report, atMs),
    });
    try {
      await page.ready();
      for (const [asked, run] of questions.entries()) {
        if (watch.speechMs >= enoughMs) break;
        const { samples } = prepared[run]!;
        const durationMs = samples.length / SAMPLES_PER_MS;
        watch.asked(page.speak(samples, { run, utterance: 0 }) + durationMs, durationMs);
        const isOver = () => watch.problem !== undefined || watch.ended > asked;
        await until(isOver, durationMs + TURN_DEADLINE_MS, `Question ${asked + 1} has no answer.`);
        if (watch.problem !== undefined) break;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      await new Promise((resolve) => setTimeout(resolve, AFTER_MS));
    } catch (error) {
      watch.problem ??= error instanceof Error ? error.message : String(error);
    }
    return { ...watch.conversation(), lateMs: page.lateMs };
  },
};

serve(handlers);

/** Notes what a page shows and plays. */
class ConversationWatch {
  problem: string | undefined;
  resumptions = 0;
  /** How often a second socket was opened. */
  besides = 0;
  /** Replies that were heard to their end. */
  ended = 0;
  speechMs = 0;
  readonly #transcripts = new Map<string, string>();
  readonly #replies = new Map<string, { text: string; status: Status }>();
  /** By the player's number. */
  readonly #sounds = new Map<number, { samples: number; hash: Hash; playedMs?: number }>();
  readonly #phases: string[] = [];
  readonly #waitsMs: number[] = [];
  #askedMs: number | undefined;

  asked(endMs: number, durationMs: number): void {
    this.#askedMs = endMs;
    this.speechMs += durationMs;
  }

  notice(notice: MediaNotice): void {
    switch (notice.type) {
      case 'user-transcript':
        if (notice.state === 'partial') return;
        this.#transcripts.set(notice.itemId, notice.state === 'final' ? notice.text : notice.state);
        return;
      case 'response-started':
        this.#replies.set(notice.responseId, { text: '', status: 'unfinished' });
        return;
      case 'response-text':
        this.#replies.get(notice.responseId)!.text += notice.text;
        return;
      case 'response-ended':
        this.#replies.get(notice.responseId)!.status = notice.status;
        this.ended += 1;
        this.speechMs += notice.heardMs;
        return;
      case 'phase':
        if (this.#phases.at(-1) !== notice.phase) this.#phases.push(notice.phase);
        return;
      case 'session-replaced':
        this.problem ??= 'The session was lost.';
        return;
      case 'closed':
        this.problem ??= `The call was closed: ${notice.reason.reason}.`;
        return;
      default:
    }
  }

  playback(command: PlaybackCommand): void {
    if (command.type === 'begin') {
      this.#sounds.set(command.item, { samples: 0, hash: createHash('sha256') });
    } else if (command.type === 'push') {
      const sound = this.#sounds.get(command.item)!;
      sound.samples += command.samples.length;
      sound.hash.update(command.samples);
    }
  }

  report(report: PlaybackReport, atMs: number): void {
    if (report.type === 'started' && this.#askedMs !== undefined) {
      this.#waitsMs.push(Math.round(atMs - this.#askedMs));
      this.#askedMs = undefined;
    }
    if (report.type === 'ended') this.#sounds.get(report.item)!.playedMs = report.playedMs;
  }

  conversation(): Omit<Conversation, 'lateMs'> {
    const { problem } = this;
    return {
      transcripts: [...this.#transcripts.values()],
      replies: [...this.#replies.values()],
      sounds: [...this.#sounds.values()].map(({ samples, hash, playedMs }) => ({
        samples,
        digest: hash.digest('hex'),
        playedMs,
      })),
      waitsMs: this.#waitsMs,
      speechMs: Math.round(this.speechMs),
      resumptions: this.resumptions,
      besides: this.besides,
      phases: this.#phases,
      ...(problem === undefined ? {} : { problem }),
    };
  }
}

type Status = Conversation['replies'][number]['status'];
