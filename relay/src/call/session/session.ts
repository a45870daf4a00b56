import {
  CLOSE_REASONS,
  decodeClientEvent,
  type CloseReasonName,
  type LiveSession,
} from '@parley/shared';
import type { Identity } from '../../people/auth/identity.ts';
import type { AudioTraffic, CallEventBody } from '../events/call-events.ts';
import { Conversation } from '../turn/conversation.ts';
import { within, type ErrorBoundary } from '../../base/lib/error-boundary.ts';
import { fingerprint } from '../../base/lib/ids.ts';
import { InboxAllowances } from './inbox-allowances.ts';
import { Inbox } from './inbox.ts';
import { Outbox, trafficOf } from './outbox.ts';
import { limitsOf, type SessionContext, type SessionOptions } from './session-options.ts';
import { SessionControls } from './session-controls.ts';
import { adoptedStart, SessionKeeping } from './session-keeping.ts';
import { SessionBeside } from './session-beside.ts';
import { closeSocket, type SessionSocket } from './session-socket.ts';
import { attachedAs, LIMIT_OF, judge, lostSince, type SessionState } from './session-state.ts';
import { SessionTime } from './session-time.ts';
import { prepareProviders, ProviderNotices, type StageChange } from './provider-notices.ts';
import { SpendingNotices } from './spending-notices.ts';

/** One call, over however many connections it takes. */
export class Session implements ErrorBoundary {
  readonly id: string;
  readonly resumeKey: string;
  /** The caller; replaced when the client shows a newer token. */
  identity: Identity;
  readonly #over = Promise.withResolvers<void>();
  /** Resolves when its last event has been emitted. */
  readonly ended = this.#over.promise;
  readonly traffic: AudioTraffic;
  /** For a second socket, while there is a connection. */
  readonly beside = new SessionBeside(() =>
    this.#state.kind === 'attached' ? this.#inbox : undefined,
  );
  readonly #context: SessionContext;
  readonly #options: SessionOptions;
  readonly #conversation: Conversation;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #controls: SessionControls;
  readonly #time: SessionTime;
  readonly #spending: SpendingNotices;
  /** undefined: no other relay goes on with this call. */
  readonly #keeping: SessionKeeping | undefined;
  readonly #prepared: readonly (() => void)[];
  /** From the first connection on. */
  #notices: ProviderNotices | undefined;
  #hasFailed = false;
  #state: SessionState;
  #socket: SessionSocket | undefined;

  constructor(context: SessionContext, options: SessionOptions) {
    const { providers, policy, turnModel, opus, limits, rules, watchdog, clock } = context;
    const { identity, settings, history, logger, emit, onKeptBytes, restored } = options;
    this.id = options.id;
    this.resumeKey = options.resumeKey;
    this.identity = identity;
    this.#context = context;
    this.#options = options;
    const start = restored && adoptedStart(restored, clock);
    this.#time = new SessionTime(clock, start?.startedAtMs);
    this.#state = { kind: 'detached', sinceMs: this.#time.nowMs };
    const onSlowConsumer = () => this.#drop('slowConsumer');
    const { beside } = this;
    this.#outbox = new Outbox({ clock, onSlowConsumer, beside, onKeptBytes, restored: start });
    this.#controls = new SessionControls(context, options, {
      caller: () => this.identity,
      outbox: this.#outbox,
      providers: () => this.#notices?.names,
      onError: (code) => within(this, () => this.#inbox.error(code)),
    });
    this.#prepared = prepareProviders(context, options);
    this.#spending = new SpendingNotices(options.spending, this.#outbox, emit);
    this.#conversation = new Conversation({
      // Not the session: a person who calls three times is one caller.
      caller: identity.userId,
      providers,
      settings,
      history,
      restored: restored?.conversation,
      itemIdOf: options.keeper && ((utterance) => `item_${this.id.slice(-12)}_${utterance}`),
      ...{ policy, turnModel, opus },
      browserModel: this.#controls.browserModel,
      clientTools: this.#controls.clientTools,
      allowsTools: () => rules.allowsTools(this.identity),
      maxUtteranceMs: limits.utterance_ms,
      watchdog,
      clock,
      logger,
      output: this.#controls.output,
      budget: options.spending,
      onGoodbye: () => within(this, () => this.close('budgetExhausted')),
      emit: (event) => this.#emit(event),
    });
    this.#keeping =
      options.keeper &&
      new SessionKeeping(options.keeper, {
        session: this,
        options,
        conversation: this.#conversation,
        outbox: this.#outbox,
        inbox: () => this.#inbox,
        onLost: () => within(this, () => this.close('moved')),
      });
    this.#inbox = new Inbox({
      conversation: this.#conversation,
      outbox: this.#outbox,
      controls: this.#controls,
      logger,
      traceId: options.trace?.id,
      emit,
      allowances: new InboxAllowances(rules, identity),
      onClose: (reason) => this.close(reason),
      openTurns: this.#keeping?.turns,
      restored: restored?.received,
    });
    if (options.keeper !== undefined) this.#inbox.holdAfter(restored?.received.seq ?? 0);
    this.traffic = trafficOf(this.#inbox.received, this.#outbox);
  }

  /** What the person may know of it elsewhere. */
  get summary(): LiveSession {
    return this.#controls.summary(this.isAttached);
  }

  get isAttached(): boolean {
    return this.#socket !== undefined;
  }

  /** Its client is away, and nothing was said in it: it has the least to lose. */
  get isUnused(): boolean {
    return !this.isAttached && !this.isBusy && !this.#conversation.hasWords;
  }

  /** Memory of what is kept for a replay. */
  get keptBytes(): number {
    return this.#outbox.keptBytes;
  }

  /** Nothing is being heard, thought or said, and another relay can go on with the call. */
  get canMove(): boolean {
    return this.#keeping?.isOver === false && !this.#conversation.isInTurn;
  }

  /** Other relays may not find this call any more. */
  keepAnew(): void {
    this.#keeping?.schedule();
  }

  /** Something is being heard, thought or said, or a reminder is set. */
  get isBusy(): boolean {
    return this.#conversation.isBusy;
  }

  /**
   * A connection for this session; one that still stands is replaced by it. A `resuming` one must
   * say first how far the client had come.
   */
  attach(socket: SessionSocket, how: 'created' | 'resuming'): void {
    const replaced = this.#socket;
    this.#connectionLost(CLOSE_REASONS.replaced.code);
    this.#outbox.detach();
    this.#socket = socket;
    this.#state = attachedAs(how, this.#state, this.#time.nowMs);
    if (replaced !== undefined) closeSocket(replaced, 'replaced');
    if (how === 'resuming') return;
    this.#outbox.attach(socket);
    this.#begin();
    const server_ms = this.#outbox.nowMs();
    this.#outbox.event({ type: 'session.created', session: this.#controls.describe(), server_ms });
  }

  /**
   * The connection is gone. A client that said goodbye (1000, 1001) has hung up; otherwise what
   * is said meanwhile is kept for the next connection.
   */
  detach(socket: SessionSocket, code: number): void {
    if (this.#socket !== socket) return;
    if (code === 1000 || code === 1001) return this.close('normal');
    this.#connectionLost(code);
    this.#release();
  }

  /** A WebSocket pong. */
  heard(): void {
    this.#inbox.heard();
  }

  receiveAudio(socket: SessionSocket, bytes: Uint8Array): void {
    if (this.#socket !== socket) return;
    if (this.#state.kind === 'resuming') return this.#resume(undefined);
    this.#inbox.receiveAudio(bytes);
  }

  receiveText(socket: SessionSocket, text: string): void {
    // Messages that a replaced connection still delivers come again over its successor.
    if (this.#socket !== socket) return;
    if (this.#state.kind === 'resuming') return this.#resume(text);
    this.#inbox.receiveText(text);
  }

  /** Called about once a second: what follows from the passing of time alone. */
  check(): void {
    const limits = limitsOf(this.#context, this.identity);
    const { elapsedMs, lostMs } = this.#time.pass();
    this.#inbox.check(elapsedMs, lostMs);
    const signs = this.#inbox.takeSigns();
    if (signs.active || this.#conversation.isBusy) this.#time.active();
    if (signs.heard && this.#state.kind === 'attached') {
      this.#state = { ...this.#state, heardAtMs: this.#time.nowMs };
    }
    if (this.#time.isHeartbeatDue(limits.heartbeat_ms)) this.#socket?.ping();
    this.beside.check(elapsedMs);
    const verdict = judge(this.#state, limits, this.#time);
    const endingMs = this.#time.endingMs(limits.session_duration_ms);
    if (endingMs !== undefined) {
      this.#outbox.event({ type: 'session.ending', reason: 'duration', in_ms: endingMs });
    }
    if (verdict.kind === 'close') this.close(verdict.reason);
    else if (verdict.kind === 'dead-connection') this.#socket?.terminate();
  }

  /** Informs the client that the server is about to go, unless another one goes on with the call. */
  drain(graceMs: number): void {
    if (this.#keeping !== undefined) return;
    this.#outbox.event({ type: 'session.draining', grace_ms: graceMs });
  }

  /** All sessions together hold too much for replays. A call whose client is away ends by it. */
  shedReplay(): void {
    this.#emit({ type: 'limit-hit', limit: 'replay-memory' });
    if (this.isAttached) this.#outbox.shrinkTo(this.keptBytes / 2);
    else this.close('sessionGone');
  }

  /** Another relay goes on with the call, if it can. */
  async handOver(): Promise<void> {
    if (this.#state.kind === 'closed' || this.#keeping?.isOver === true) return;
    const isKept = await this.#keeping?.release();
    within(this, () => this.close(isKept === true ? 'moved' : 'draining'));
  }

  /** Ends the call for good, or here if it has moved. */
  close(reason: CloseReasonName): void {
    if (this.#state.kind === 'closed') return;
    const socket = this.#socket;
    const limit = LIMIT_OF[reason];
    if (limit !== undefined) this.#emit({ type: 'limit-hit', limit });
    const durationMs = this.#outbox.nowMs();
    this.#release();
    this.#outbox.end();
    this.#state = { kind: 'closed' };
    this.#keeping?.end(reason !== 'moved');
    if (reason === 'moved') this.#emit({ type: 'session-moved' });
    const ended = () => {
      this.#emit({ type: 'session-ended', reason, durationMs, traffic: { ...this.traffic } });
      this.#over.resolve();
    };
    // Each on its own: a session that failed may fail in this, too.
    for (const end of [
      () => void this.#conversation.dispose().finally(ended),
      () => this.#notices?.close(),
      () => this.#controls.end(),
      ...this.#prepared,
      () => socket && closeSocket(socket, reason),
    ]) {
      within(this, end);
    }
    this.#options.onClosed();
  }

  /** Something in this call threw, now or in a callback: the call ends, and nothing else does. */
  failed(err: unknown): void {
    // Leftover callbacks may fail again and again.
    this.#options.logger[this.#hasFailed ? 'debug' : 'error']({ err }, 'session failed');
    this.#hasFailed = true;
    this.close('internal');
  }

  #resume(text: string | undefined): void {
    const result = text === undefined ? undefined : decodeClientEvent(text);
    if (result?.kind !== 'event' || result.event.type !== 'session.resume') {
      return this.#drop('tooManyMalformed');
    }
    const { session_id: id, resume_token: token, last_seq: lastSeq, responses } = result.event;
    if (id !== this.id || fingerprint(token) !== this.resumeKey) return this.#drop('ticketInvalid');
    if (!this.#outbox.canReplay(lastSeq)) return this.close('sessionGone');
    this.#inbox.heard();
    this.#state = { kind: 'attached', heardAtMs: this.#time.nowMs };
    this.#outbox.attach(this.#socket!);
    const isAdopted = this.#notices === undefined;
    if (isAdopted) this.#begin();
    // First what was missed, in its order; then how far the client's own sequence has come.
    this.#outbox.replay(lastSeq);
    this.#outbox.event({
      type: 'session.resumed',
      session: this.#controls.describe(),
      server_ms: this.#outbox.nowMs(),
      last_input_seq: this.#inbox.safeSeq,
    });
    this.#emit({ type: 'session-resumed' });
    if (isAdopted) this.#keeping?.goOn(responses ?? [], this.#context.clock);
  }

  /** The call begins, here at least. */
  #begin(): void {
    const { conversationId, client, tags, settings, restored } = this.#options;
    this.#notices = new ProviderNotices(this.#context.providers, settings, (change) =>
      within(this, () => this.#stageChanged(change)),
    );
    const { kind, plan } = this.identity;
    const before = restored && {
      startedAtMs: restored.startedAtMs,
      hadReplies: restored.conversation.nextItem > 1,
    };
    this.#emit({ type: 'session-started', conversationId, kind, plan, client, tags, before });
  }

  /** Gives up this connection, not the session. */
  #drop(reason: CloseReasonName): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (reason === 'slowConsumer') this.#emit({ type: 'limit-hit', limit: 'send-buffer' });
    this.#connectionLost(CLOSE_REASONS[reason].code);
    this.#release();
    closeSocket(socket, reason);
    this.#options.logger.warn({ reason: CLOSE_REASONS[reason].reason }, 'connection given up');
  }

  /** Reports the connection as lost, unless it ends before it has resumed the session. */
  #connectionLost(closeCode: number): void {
    if (this.#state.kind === 'attached') this.#emit({ type: 'connection-lost', closeCode });
  }

  #release(): void {
    this.#socket = undefined;
    this.#outbox.detach();
    this.#state = { kind: 'detached', sinceMs: lostSince(this.#state, this.#time.nowMs) };
  }

  #emit(event: CallEventBody): void {
    this.#options.emit(event);
    this.#notices?.observe(event);
    this.#controls.recorder?.observe(event);
    this.#spending.observe(event);
    this.#keeping?.observe(event);
  }

  #stageChanged(change: StageChange): void {
    const { stage, to } = change;
    this.#emit(change);
    if (!this.#controls.stageChanged(change)) return;
    // A page that is asked to listen by itself shows that it does.
    if (stage === 'transcriber' && to === 'none') this.#conversation.recognitionLost();
  }
}
