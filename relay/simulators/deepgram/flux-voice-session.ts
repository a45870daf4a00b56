import { randomUUID } from 'node:crypto';
import { toneFor } from '../kit/simulator.ts';
import { objectOf } from './messages.ts';
import type { Session } from './session.ts';

const CHUNK_BYTES = 7_680;

/** What is said between two flushes. */
interface SpeechTurn {
  readonly id: string;
  text: string;
}

/**
 * `/v2/speak`: what is said up to a flush is a turn. Turns are spoken one after the other, each
 * between its `SpeechStarted` and its `SpeechMetadata`; `Flushed` comes at once.
 */
export function serveFluxVoice(session: Session): void {
  const { socket, answers, query, behaviour, complain } = session;
  const speak = behaviour.speak ?? toneFor;
  const rateHz = Number(query.get('sample_rate') ?? 24_000);
  let open: SpeechTurn | undefined;
  let underWay = 0;
  let spokenMs = 0;
  let characters = 0;
  let work: Promise<void> = Promise.resolve();
  // What comes beside the audio is not part of an answer that a fault may befall.
  const aside = (message: object): void => socket.send(JSON.stringify(message));

  const say = async ({ id, text }: SpeechTurn): Promise<void> => {
    aside({ type: 'SpeechStarted', speech_id: id });
    await new Promise<void>((resolve) => {
      answers.after(behaviour.firstAudioDelayMs ?? 0, resolve);
    });
    const isSpeakable = /[\p{L}\p{N}]/u.test(text);
    if (!isSpeakable) {
      aside({ type: 'Warning', code: 'NO_SYNTHESIZABLE_TEXT', description: 'Nothing to say.' });
    }
    const samples = isSpeakable ? await speak(text, rateHz) : new Int16Array(0);
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      answers.bytes(bytes.subarray(at, at + CHUNK_BYTES));
    }
    const ms = Math.round((samples.length * 1_000) / rateHz);
    spokenMs += ms;
    characters += text.length;
    answers.json({
      type: 'SpeechMetadata',
      speech_id: id,
      audio_duration_ms: ms,
      input_character_count: text.length,
      billable_character_count: text.length,
      controls_applied: {
        pronunciations_applied: 0,
        breaks_applied: 0,
        pronunciation_warnings: 0,
      },
    });
  };

  const flush = (): void => {
    const turn = open;
    open = undefined;
    if (turn === undefined) {
      complain('Flush without a turn.');
      aside({ type: 'Warning', code: 'NO_ACTIVE_SPEECH', description: 'No turn to flush.' });
      return;
    }
    aside({ type: 'Flushed', speech_id: turn.id });
    underWay += 1;
    work = work
      .then(() => say(turn))
      .catch(() => complain('The voice failed.'))
      .finally(() => {
        underWay -= 1;
      });
  };

  const finish = (): void => {
    answers.json({
      type: 'SessionMetadata',
      total_audio_duration_ms: spokenMs,
      total_input_character_count: characters,
      total_billable_character_count: characters,
    });
    answers.close(1000);
  };

  const refuse = (words: string): void => {
    complain(words);
    aside({ type: 'Error', code: 'MESSAGE-0000', description: words });
    answers.close(1008, 'MESSAGE-0000');
  };

  aside({
    type: 'Connected',
    request_id: randomUUID(),
    model_name: query.get('model') ?? '',
    model_version: '2026.06.01',
    model_uuids: [randomUUID()],
  });
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : objectOf(data);
    switch (message?.type) {
      case 'Speak':
        if (typeof message.text !== 'string' || message.text === '') {
          return refuse('Speak without text.');
        }
        if (underWay === 0 && open === undefined) answers.begin();
        open ??= { id: `dg_sp_${randomUUID().replaceAll('-', '').slice(0, 12)}`, text: '' };
        open.text += message.text;
        return;
      case 'Flush':
        return flush();
      case 'Close':
        if (open !== undefined) flush();
        void work.then(finish);
        return;
      default:
        refuse('A message this endpoint does not document.');
    }
  });
}
