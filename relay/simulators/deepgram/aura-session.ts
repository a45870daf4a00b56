import { randomUUID } from 'node:crypto';
import { toneFor } from '../kit/simulator.ts';
import { objectOf } from './messages.ts';
import type { Session } from './session.ts';

const CHUNK_BYTES = 7_680;
const MAX_TEXT_CHARACTERS = 2_000;
/** The vendor flushes at most this often. */
const FLUSH_LIMIT = { flushes: 20, withinMs: 60_000 };

/** `/v1/speak`: text is gathered until it is flushed, and each flush is answered in order. */
export function serveAura(session: Session): void {
  const { socket, answers, query, behaviour, complain } = session;
  const speak = behaviour.speak ?? toneFor;
  const rateHz = Number(query.get('sample_rate') ?? 24_000);
  let text = '';
  let sequenceId = 0;
  let generation = 0;
  let underWay = 0;
  let work: Promise<void> = Promise.resolve();
  const flushedAtMs: number[] = [];

  const say = async (toSay: string, since: number): Promise<void> => {
    await new Promise<void>((resolve) => {
      answers.after(behaviour.firstAudioDelayMs ?? 0, resolve);
    });
    const samples = await speak(toSay, rateHz);
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    if (since !== generation) return;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      answers.bytes(bytes.subarray(at, at + CHUNK_BYTES));
    }
    answers.json({ type: 'Flushed', sequence_id: sequenceId++ });
  };

  const flush = (): void => {
    const nowMs = Date.now();
    while (flushedAtMs.length > 0 && nowMs - flushedAtMs[0]! > FLUSH_LIMIT.withinMs)
      flushedAtMs.shift();
    if (flushedAtMs.length >= FLUSH_LIMIT.flushes) {
      complain('More than twenty flushes in a minute.');
      answers.json({ type: 'Warning', description: 'Too many flushes.', code: 'EXCESS_FLUSH' });
      return;
    }
    flushedAtMs.push(nowMs);
    const toSay = text;
    text = '';
    const since = generation;
    underWay += 1;
    work = work
      .then(() => (since === generation ? say(toSay, since) : undefined))
      .catch(() => complain('The voice failed.'))
      .finally(() => {
        underWay -= 1;
      });
  };

  socket.send(
    JSON.stringify({
      type: 'Metadata',
      request_id: randomUUID(),
      model_name: query.get('model') ?? 'aura-asteria-en',
      model_version: '1',
      model_uuid: randomUUID(),
    }),
  );
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? undefined : objectOf(data);
    switch (message?.type) {
      case 'Speak':
        if (typeof message.text !== 'string' || message.text.trim() === '') {
          complain('Speak without text.');
          answers.close(1008, 'DATA-0000');
          return;
        }
        if (message.text.length > MAX_TEXT_CHARACTERS) complain('Speak with too much text.');
        if (underWay === 0 && text === '') answers.begin();
        text += message.text;
        return;
      case 'Flush':
        flush();
        return;
      case 'Clear':
        generation += 1;
        text = '';
        answers.json({ type: 'Cleared', sequence_id: sequenceId++ });
        return;
      case 'Close':
        void work.then(() => answers.close(1000));
        return;
      default:
        complain('A message this endpoint does not document.');
        answers.close(1008, 'DATA-0000');
    }
  });
}
