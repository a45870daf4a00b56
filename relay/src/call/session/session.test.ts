import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { ScriptedGenerator, words } from '../../../test/support/scripted-generator.ts';
import { ScriptedSynthesizer } from '../../../test/support/scripted-synthesizer.ts';
import { scriptedStages, type ScriptedProviders } from '../../../test/support/scripted-stages.ts';
import { ScriptedTranscriber } from '../../../test/support/scripted-transcriber.ts';
import { readConfig } from '../../base/config/config.ts';
import { FakeClock, settle } from '../../base/lib/clock.fake.ts';
import { fingerprint } from '../../base/lib/ids.ts';
import { FakeOpus } from '../../base/lib/opus-thread.fake.ts';
import { silentLogger } from '../../base/lib/logger.ts';
import type { CallEventBody } from '../events/call-events.ts';
import { Watchdog } from '../turn/watchdog.ts';
import { SessionRegistry } from './session-registry.ts';
import { NO_RULES } from './session-options.ts';
import { Session } from './session.ts';
import { TEST_CALLER, testSettings } from './caller.fake.ts';

const limits = {
  session_duration_ms: 3_600_000,
  idle_ms: 300_000,
  utterance_ms: 60_000,
  resume_window_ms: 120_000,
  heartbeat_ms: 15_000,
};

/** A session on `clock`, with scripted providers. */
function openSession(
  clock: FakeClock,
  options: {
    readonly providers?: ScriptedProviders;
    readonly onClosed?: () => void;
    readonly emit?: (event: CallEventBody) => void;
    readonly onKeptBytes?: (changed: number) => void;
  } = {},
): Session {
  const providers = scriptedStages(clock, options.providers);
  const policy = readConfig({}).providers;
  const watchdog = new Watchdog({ clock });
  return new Session(
    {
      ...{ providers, policy, languages: policy, limits, rules: NO_RULES, watchdog, clock },
      opus: new FakeOpus(),
    },
    {
      id: 'sess_1',
      ...TEST_CALLER,
      resumeKey: fingerprint('token'),
      settings: testSettings(),
      emit: options.emit ?? (() => {}),
      logger: silentLogger,
      onKeptBytes: options.onKeptBytes ?? (() => {}),
      onClosed: options.onClosed ?? (() => {}),
    },
  );
}

/** A session on a clock that the test moves, looked after by a real registry. */
function setUp(options: { readonly reply?: string; readonly clauseMs?: number } = {}) {
  const clock = new FakeClock();
  const registry = new SessionRegistry({
    clock,
    capacity: () => ({ sessions: 10, sessionsForAccounts: 0 }),
    maxReplayBytes: 1024 * 1024,
    logger: silentLogger,
  });
  const events: CallEventBody[] = [];
  const session = openSession(clock, {
    emit: (event) => events.push(event),
    providers: {
      generator: new ScriptedGenerator({ clock, reply: () => [words(options.reply ?? 'Yes.')] }),
      synthesizer: new ScriptedSynthesizer({ clock, clauseMs: () => options.clauseMs ?? 100 }),
    },
    onClosed: () => registry.remove(session),
  });
  registry.add(session);
  const socket = new FakeSocket();
  session.attach(socket, 'created');
  const type = (text: string) =>
    session.receiveText(
      socket,
      JSON.stringify({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      }),
    );
  /** Lets time pass with a client that answers pings. */
  const passWithLife = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      session.heard();
      await clock.advance(1_000);
    }
  };
  return { clock, registry, session, events, socket, type, passWithLife };
}

describe('a client that reads nothing while a long reply is spoken', () => {
  it('is closed with 4430 after ten seconds, with no more waiting than may', async () => {
    const { socket, session, type, clock } = setUp({ clauseMs: 120_000 });
    socket.isStalled = true;
    type('Tell me a story');
    let elapsedMs = 0;
    while (socket.closedWith === undefined && elapsedMs < 60_000) {
      session.heard();
      await clock.advance(1_000);
      elapsedMs += 1_000;
    }
    expect(socket.closedWith).toBe(4430);
    expect(socket.bufferedAmount).toBeLessThan(512 * 1024);
    expect(session.isAttached).toBe(false);
  });
});

describe('a session', () => {
  it('reports what its client says of the line, once a second at the most', async () => {
    const { session, socket, events, clock } = setUp();
    const ping = (line: object) =>
      session.receiveText(socket, JSON.stringify({ type: 'ping', client_ms: 1, line }));
    const line = { codec: 'opus', sockets: 2, rtt_ms: 104, loss: 0.08 };
    const reports = () => events.filter(({ type }) => type === 'line-reported');
    ping(line);
    ping({ ...line, loss: 0.5 });
    expect(reports()).toEqual([
      expect.objectContaining({ codec: 'opus', sockets: 2, rttMs: 104, loss: 0.08 }),
    ]);
    ping({ ...line, sockets: 3 });
    await clock.advance(1_000);
    ping({ ...line, loss: 1.5 });
    expect(reports()).toHaveLength(1);
    ping(line);
    expect(reports()).toHaveLength(2);
  });

  it('pings, and cuts a connection that shows no life for two heartbeats', async () => {
    const { socket, session, clock } = setUp();
    await clock.advance(29_000);
    expect(socket.pings).toBe(1);
    expect(socket.isTerminated).toBe(false);
    await clock.advance(1_000);
    expect(socket.isTerminated).toBe(true);
    session.detach(socket, 1006);
    expect(session.isAttached).toBe(false);
  });

  it('does not blame the client for the time in which the relay itself was held up', async () => {
    const { socket, session, events, clock } = setUp();
    session.receiveText(
      socket,
      JSON.stringify({
        type: 'input_audio_buffer.speech_started',
        utterance: 1,
        audio_start_ms: 0,
        seq: 1,
      }),
    );
    for (let count = 0; count < 3; count++) {
      clock.stall(20_000);
      await clock.advance(2_000);
    }
    expect(socket.isTerminated).toBe(false);
    expect(events).not.toContainEqual(expect.objectContaining({ type: 'turn-decided' }));
    await clock.advance(30_000);
    expect(events).toContainEqual(expect.objectContaining({ type: 'turn-decided' }));
    expect(socket.isTerminated).toBe(true);
  });

  it('keeps a connection that answers, until nothing was said for too long', async () => {
    const { socket, registry, passWithLife } = setUp();
    await passWithLife(299_000);
    expect(socket.closedWith).toBeUndefined();
    await passWithLife(1_000);
    expect(socket.closedWith).toBe(4408);
    expect(registry.size).toBe(0);
  });

  it('is not idle while it speaks', async () => {
    const { socket, type, passWithLife } = setUp({ clauseMs: 400_000 });
    type('Tell me a story');
    await passWithLife(350_000);
    expect(socket.closedWith).toBeUndefined();
  });

  it('waits for a lost client as long as it may, and not longer', async () => {
    const { socket, session, registry, clock } = setUp();
    session.detach(socket, 1006);
    await clock.advance(119_000);
    expect(registry.find(fingerprint('token'))).toBe(session);
    await clock.advance(2_000);
    expect(registry.find(fingerprint('token'))).toBeUndefined();
  });

  it.each([1000, 1001])('is over when the client says goodbye with %i', (code) => {
    const { socket, session, registry } = setUp();
    session.detach(socket, code);
    expect(registry.size).toBe(0);
  });

  it('gives a client that forgives itself a mistake a second its mistakes', async () => {
    const { socket, session, clock } = setUp();
    for (let second = 0; second < 200; second++) {
      session.receiveText(socket, 'nonsense');
      await clock.advance(1_000);
    }
    expect(socket.closedWith).toBeUndefined();
    for (let mistake = 0; mistake < 60; mistake++) session.receiveText(socket, 'nonsense');
    expect(socket.closedWith).toBe(4400);
  });

  it('sends nothing more to a connection that was replaced, and takes nothing from it', async () => {
    const { socket, session, type } = setUp();
    const next = new FakeSocket();
    session.attach(next, 'resuming');
    expect(socket.closedWith).toBe(4409);
    const sent = socket.sent.length;
    type('From the old one');
    await settle();
    expect(socket.sent.length).toBe(sent);
    expect(next.sent).toEqual([]);
    session.detach(socket, 4409);
    expect(session.isAttached).toBe(true);
  });

  it('acknowledges what came, within about two seconds', async () => {
    const { socket, session, clock } = setUp();
    const events = (type: string) => socket.events.filter((event) => event.type === type);
    session.receiveText(
      socket,
      '{"type":"input_audio_buffer.speech_started","seq":1,"utterance":1,"audio_start_ms":0}',
    );
    const frame = new Uint8Array(12 + 3_200);
    frame.set([1, 0, 1, 0, 2]);
    session.receiveAudio(socket, frame);
    await clock.advance(2_000);
    expect(events('input_audio_buffer.ack')).toMatchObject([{ input_seq: 2 }]);
  });

  it('acknowledges every fifty messages at once while audio flows, and no event by itself', () => {
    const { socket, session } = setUp();
    session.receiveText(
      socket,
      '{"type":"input_audio_buffer.speech_started","seq":1,"utterance":1,"audio_start_ms":0}',
    );
    const acknowledged = () =>
      socket.events.filter(({ type }) => type === 'input_audio_buffer.ack');
    for (let seq = 2; seq <= 100; seq++) {
      expect(acknowledged()).toHaveLength(seq <= 50 ? 0 : 1);
      const frame = new Uint8Array(12 + 3_200);
      frame.set([1, 0, 1, 0, seq]);
      session.receiveAudio(socket, frame);
    }
    expect(acknowledged()).toMatchObject([{ input_seq: 50 }, { input_seq: 100 }]);
  });

  it('releases every timer when it is closed', async () => {
    const { session, registry, type, clock } = setUp({ clauseMs: 60_000 });
    type('Tell me a story');
    await clock.advance(2_000);
    session.close('internal');
    registry.closeAll('draining');
    await settle();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('an utterance whose audio stays away', () => {
  it('is ended after fifteen seconds, so that no other session waits for its recogniser', async () => {
    const { session, socket, clock } = setUp();
    session.receiveText(
      socket,
      JSON.stringify({
        type: 'input_audio_buffer.speech_started',
        seq: 1,
        utterance: 1,
        audio_start_ms: 0,
      }),
    );
    session.detach(socket, 1006);
    await clock.advance(14_000);
    expect(session.isBusy).toBe(true);
    await clock.advance(2_000);
    await settle();
    const next = new FakeSocket();
    session.attach(next, 'resuming');
    session.receiveText(
      next,
      JSON.stringify({
        type: 'session.resume',
        session_id: 'sess_1',
        resume_token: 'token',
        last_seq: 0,
      }),
    );
    expect(next.events.map(({ type }) => type)).toContain(
      'conversation.item.input_audio_transcription.completed',
    );
  });
});

describe('the providers of a session', () => {
  it('are made ready when it begins and let go when it ends', () => {
    const clock = new FakeClock();
    const calls: string[] = [];
    const ready = (name: string) => ({
      prepare: () => {
        calls.push(`${name} ready`);
        return () => void calls.push(`${name} let go`);
      },
    });
    const session = openSession(clock, {
      providers: {
        transcriber: Object.assign(new ScriptedTranscriber({ clock }), ready('transcriber')),
        synthesizer: Object.assign(new ScriptedSynthesizer({ clock }), ready('synthesizer')),
      },
    });
    expect(calls).toEqual(['transcriber ready', 'synthesizer ready']);
    session.close('normal');
    session.close('normal');
    expect(calls.slice(2)).toEqual(['transcriber let go', 'synthesizer let go']);
  });
});
