import { randomUUID } from 'node:crypto';
import { HeardAudio } from './heard-audio.ts';
import { listen, type Session } from './session.ts';

type TurnEvent = 'Update' | 'StartOfTurn' | 'EagerEndOfTurn' | 'TurnResumed' | 'EndOfTurn';

/** An update about each quarter second of audio, unless the state changed. */
const UPDATE_SECONDS = 0.25;
/** After how much silence this simulator takes a turn to be probably, and surely, over. */
const EAGER_SECONDS = 0.2;
const END_SECONDS = 0.4;
/** Louder than this is sound, in sample units. */
const SOUND_LEVEL = 300;
/** The vendor hangs up after this long without a message or a ping. */
const IDLE_MS = 60_000;

/** `/v2/listen`: turns, found by the silence in the audio. */
export function serveFlux(session: Session): void {
  const { socket, answers, query, behaviour, complain } = session;
  const isEager = query.has('eager_eot_threshold');
  const requestId = randomUUID();
  const turn = new HeardAudio(session);
  const { rateHz } = turn;
  let state: 'initial' | 'ongoing' | 'awaiting-end' = 'initial';
  let sequenceId = 0;
  let turnIndex = 0;
  let windowStart = 0;
  let silentSamples = 0;
  let newSamples = 0;
  let hadSound = false;
  let hadSoundInTurn = false;
  let eagerText = '';

  const words = (): string => (hadSound && !hadSoundInTurn ? '' : turn.words());

  const tell = (event: TurnEvent, transcript: string, more: object = {}): void => {
    newSamples = 0;
    answers.json({
      type: 'TurnInfo',
      request_id: requestId,
      sequence_id: sequenceId++,
      event,
      turn_index: turnIndex,
      audio_window_start: windowStart,
      audio_window_end: windowStart + turn.seconds,
      transcript,
      words: transcript
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => ({ word, confidence: 0.9 })),
      end_of_turn_confidence: event === 'EndOfTurn' ? 0.9 : event === 'EagerEndOfTurn' ? 0.6 : 0.1,
      ...more,
    });
  };

  const endTurn = (transcript: string, trigger: 'model' | 'manual'): void => {
    tell('EndOfTurn', transcript, { trigger });
    windowStart += turn.seconds;
    turnIndex += 1;
    turn.clear();
    hadSoundInTurn = false;
    state = 'initial';
  };

  const step = (isSound: boolean): void => {
    const isDue = newSamples >= UPDATE_SECONDS * rateHz;
    const silence = hadSoundInTurn ? silentSamples / rateHz : 0;
    if (state === 'awaiting-end') {
      if (isSound) {
        state = 'ongoing';
        tell('TurnResumed', words());
      } else if (silence >= END_SECONDS) endTurn(eagerText, 'model');
      else if (isDue) tell('Update', eagerText);
    } else if (state === 'ongoing') {
      if (isEager && silence >= EAGER_SECONDS) {
        eagerText = words();
        state = 'awaiting-end';
        tell('EagerEndOfTurn', eagerText);
      } else if (silence >= END_SECONDS) endTurn(words(), 'model');
      else if (isDue) tell('Update', words());
    } else if (isDue) {
      const text = words();
      if (text !== '') state = 'ongoing';
      tell(text === '' ? 'Update' : 'StartOfTurn', text);
    }
  };

  const onAudio = (samples: Int16Array): void => {
    const last = samples.findLastIndex((sample) => Math.abs(sample) > SOUND_LEVEL);
    silentSamples = last < 0 ? silentSamples + samples.length : samples.length - 1 - last;
    if (last >= 0) hadSound = hadSoundInTurn = true;
    turn.add(samples);
    newSamples += samples.length;
    step(last >= 0);
  };

  const refuse = (complaint: string): void => {
    complain(complaint);
    answers.json({
      type: 'Error',
      sequence_id: sequenceId++,
      code: 'UNPARSABLE_CLIENT_MESSAGE',
      description: complaint,
    });
    answers.close();
  };

  socket.send(
    JSON.stringify({ type: 'Connected', request_id: requestId, sequence_id: sequenceId++ }),
  );
  const stayAwake = listen(session, {
    idleMs: IDLE_MS,
    onIdle() {
      complain('Neither a message nor a ping for sixty seconds.');
      answers.close(1011);
    },
    onAudio,
    onCommand(type) {
      switch (type) {
        case 'CloseStream':
          // What was received is decoded and told, the turn stays open, and no status is given.
          answers.after(behaviour.finalDelayMs ?? 0, () => {
            if (newSamples > 0) tell('Update', words());
            answers.close();
          });
          return;
        case 'ForceEndTurn':
          if (state !== 'initial') endTurn(words(), 'manual');
          return;
        default:
          refuse('A message this endpoint does not document.');
      }
    },
  });
  socket.on('ping', stayAwake);
}
