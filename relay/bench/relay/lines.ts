import { AudioFrameKind, encodeAudioFrame } from '@parley/shared';
import type { SpeechAudio } from '@parley/shared/audio/opus-packet';
import { WebSocket } from 'ws';
import { connect } from '../../talk/client/connection.ts';

/** One caller's connection to the side that is measured. */
export interface Line {
  beginUtterance(): void;
  endUtterance(): void;
  /** Nothing is said for now; a line that nothing else keeps open must say so. */
  keepAlive(): void;
  /** 100 ms of audio; the memory may be used again at once. */
  send(audio: SpeechAudio): void;
}

export interface LineOptions {
  readonly url: string;
  readonly signal: AbortSignal;
  readonly onProblem: (problem: string) => void;
}

const NOVA_KEEP_ALIVE = '{"type":"KeepAlive"}';
const NOVA_FINALIZE = '{"type":"Finalize"}';

/** A whole client of the relay: guest, session, ticket, WebSocket. */
export async function openRelayLine({ url, signal, onProblem }: LineOptions): Promise<Line> {
  const connection = await connect({ url, signal });
  connection.listen({
    event(event) {
      if (event.type === 'error') onProblem(event.code);
      // A chunk that is sent again may have changed meanwhile: its memory is used for the next.
      else if (event.type === 'session.resumed') onProblem('connection_lost');
      else if (event.type === 'conversation.item.input_audio_transcription.failed') {
        onProblem(event.error.code);
      }
    },
    closed: (error) => {
      if (error !== undefined) onProblem(error.code);
    },
  });
  let utterance = 0;
  return {
    beginUtterance() {
      connection.speechStarted(++utterance, performance.now());
    },
    keepAlive() {},
    endUtterance() {
      connection.speechStopped(utterance, performance.now());
    },
    send(audio) {
      connection.sendAudio({ utterance, audio, startMs: performance.now(), last: false });
    },
  };
}

/** The same frames, straight into the pipe, and the messages its vendor needs for an utterance. */
export async function openPipeLine({ url, signal, onProblem }: LineOptions): Promise<Line> {
  const socket = new WebSocket(url, { perMessageDeflate: false, handshakeTimeout: 10_000 });
  signal.addEventListener('abort', () => socket.terminate());
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', (error) => onProblem(error.message));
  socket.on('close', () => onProblem('closed'));
  let seq = 0;
  return {
    beginUtterance() {},
    keepAlive() {
      socket.send(NOVA_KEEP_ALIVE);
    },
    endUtterance() {
      socket.send(NOVA_FINALIZE);
    },
    send(audio) {
      const timestampMs = Math.round(performance.now());
      const kind = AudioFrameKind.uplink;
      socket.send(encodeAudioFrame({ kind, last: false, item: 1, seq: ++seq, timestampMs }, audio));
    },
  };
}
