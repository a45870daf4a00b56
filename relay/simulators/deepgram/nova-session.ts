import { randomUUID } from 'node:crypto';
import { HeardAudio } from './heard-audio.ts';
import { listen, type Session } from './session.ts';

/** An interim result about each second of audio. */
const INTERIM_SECONDS = 1;
/** The vendor hangs up after this long without audio and without `KeepAlive`. */
const IDLE_MS = 10_000;
/** With less than this waiting, the vendor need not answer a `Finalize`. */
const NOTICEABLE_SECONDS = 0.05;

/** `/v1/listen`: results about the audio since the last final one. */
export function serveNova(session: Session): void {
  const { answers, query, behaviour, complain } = session;
  const requestId = randomUUID();
  const audio = new HeardAudio(session);
  let startSeconds = 0;
  let interimSamples = 0;

  const results = (isFinal: boolean, fromFinalize: boolean): void => {
    const durationSeconds = audio.seconds;
    answers.json({
      type: 'Results',
      channel_index: [0, 1],
      duration: durationSeconds,
      start: startSeconds,
      is_final: isFinal,
      speech_final: isFinal,
      from_finalize: fromFinalize,
      channel: { alternatives: [{ transcript: audio.words(), confidence: 0.98, words: [] }] },
      metadata: {
        request_id: requestId,
        model_info: { name: 'simulated', version: '1', arch: 'nova-3' },
        model_uuid: requestId,
      },
    });
    interimSamples = 0;
    if (!isFinal) return;
    startSeconds += durationSeconds;
    audio.clear();
  };

  const onAudio = (samples: Int16Array): void => {
    if (audio.seconds === 0) answers.begin();
    audio.add(samples);
    interimSamples += samples.length;
    if (
      interimSamples >= INTERIM_SECONDS * audio.rateHz &&
      query.get('interim_results') === 'true'
    ) {
      results(false, false);
    }
  };

  listen(session, {
    idleMs: IDLE_MS,
    onIdle() {
      complain('Neither audio nor KeepAlive for ten seconds.');
      answers.close(1011, 'NET-0001');
    },
    onAudio,
    onCommand(type) {
      switch (type) {
        case 'KeepAlive':
          return;
        case 'Finalize':
          answers.after(behaviour.finalDelayMs ?? 0, () => {
            if (audio.seconds >= NOTICEABLE_SECONDS) results(true, true);
          });
          return;
        case 'CloseStream':
          answers.after(behaviour.finalDelayMs ?? 0, () => {
            if (audio.seconds > 0) results(true, false);
            answers.json({
              type: 'Metadata',
              transaction_key: 'deprecated',
              request_id: requestId,
              sha256: '0'.repeat(64),
              created: new Date().toISOString(),
              duration: startSeconds,
              channels: 1,
            });
            answers.close(1000);
          });
          return;
        default:
          complain('A text message that is not documented.');
          answers.close(1008, 'DATA-0000');
      }
    },
  });
}
