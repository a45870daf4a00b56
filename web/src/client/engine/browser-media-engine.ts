import type { Assistant, CallTool } from './call-tools.ts';
import type { AssistantOffer, BrowserHelp } from '../messages/page-requests.ts';
import type { ChangedChoices, MediaNotice, MicrophoneResult } from '../messages/media-messages.ts';
import { AudioGraph, type TappableNode } from './audio-graph.ts';
import { CallMicrophone } from './call-microphone.ts';
import type { CallOptions, MediaEngine, SoundCheckOptions } from './media-engine.ts';
import type { MediaFiles } from './media-files.ts';
import { MediaWorkerClient } from './media-worker-client.ts';
import type { DetectorCheck } from '../messages/detector-check.ts';
import { listInputs, openMicrophone } from './microphone.ts';
import type { CheckEvent } from './sound-check/sound-check-events.ts';
import { LateBrowserMeans } from './late-browser-means.ts';
import { watchPage, Withheld } from './page-watch.ts';

const CALL_NOT_LOADED = 'What this page needs for a call could not be loaded';

/** A call while it lasts. */
interface RunningCall {
  readonly graph: AudioGraph;
  readonly released: AbortController;
  readonly microphone: CallMicrophone;
  readonly browserMeans: LateBrowserMeans;
}

/** The call's media in a browser. */
export class BrowserMediaEngine implements MediaEngine {
  readonly #listeners = new Set<(notice: MediaNotice) => void>();
  readonly #worker: MediaWorkerClient;
  readonly #files: MediaFiles;
  #call: RunningCall | undefined;
  #muted = false;
  #held = false;
  #volume = 1;
  #tools: readonly CallTool[] = [];
  #offer: AssistantOffer = { instructions: '', tools: [] };
  /** Ends that we asked for and that were not reported yet: not those of the current call. */
  #stopping = 0;

  constructor(files: MediaFiles) {
    this.#files = files;
    this.#worker = new MediaWorkerClient({
      files,
      onNotice: (notice) => {
        switch (notice.type) {
          case 'speak':
          case 'hush':
          case 'ask-model':
          case 'stop-model':
            return this.#call?.browserMeans.request(notice);
          case 'call-tool':
          case 'stop-tools':
            // Of a call that was ended, nothing is done any more.
            if (this.#stopping > 0) return;
            return this.#call?.browserMeans.request(notice);
          case 'renew-capture':
            return this.#call?.graph.renewMicrophone();
          case 'capture-heard':
            return this.#call?.microphone.heard(notice.what);
          case 'hush-breath':
            return this.#call?.graph.hushBreath();
          default:
        }
        if (notice.type === 'closed') this.#onClosed();
        this.#notify(notice);
        // Unsaid words of a call that was ended are not for the next one.
        if (this.#stopping === 0)
          this.#call?.browserMeans.tell(({ speech }) => speech.onNotice(notice));
      },
      onCrash: (crash) => this.#onCrash(crash),
    });
  }

  subscribe(listener: (notice: MediaNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  preload(): void {
    const load = () => this.#worker.post({ type: 'load' });
    // Safari has no idle callbacks.
    if ('requestIdleCallback' in globalThis) requestIdleCallback(load, { timeout: 2_000 });
    else setTimeout(load, 200);
  }

  async start(options: CallOptions): Promise<MicrophoneResult> {
    void this.stop();
    const { port1, port2 } = new MessageChannel();
    const released = new AbortController();
    const withheld = new Withheld((what) => {
      if (!released.signal.aborted) this.#notify({ type: 'withheld', ...what });
    });
    const graph = new AudioGraph(port1, {
      isTapped: isTapped(),
      files: this.#files,
      onNode: offerToTests,
      onPaused: (isPaused) => withheld.set('sound', isPaused),
      onBroken: () => this.#onUnplayable(call),
    });
    // With `?mic=raw` the browser does not process the microphone.
    const processed = query().get('mic') !== 'raw';
    const microphone = new CallMicrophone({
      graph,
      request: (deviceId) => openMicrophone({ deviceId, processed }),
      post: (command, transfer) => this.#worker.post(command, transfer),
      onChanged: () => {
        this.#applyMute();
        browserMeans.tell(({ speech }) => {
          if (speech.wantsMicrophone) microphone.lend(true);
        });
      },
      listInputs,
      onSilenced: (isSilenced) => withheld.set('microphone', isSilenced),
      onStill: (isStill) => withheld.set('signal', isStill),
      onSwitched: (label) => this.#notify({ type: 'microphone-switched', label }),
      onResult: (result) => this.#notify({ type: 'microphone', result }),
    });
    const browserMeans = new LateBrowserMeans({
      post: (command) => this.#worker.post(command),
      notify: (notice) => this.#notify(notice),
      onMicrophoneWanted: (wanted) => microphone.lend(wanted),
      tools: () => this.#tools,
    });
    const call: RunningCall = { graph, released, microphone, browserMeans };
    this.#call = call;
    const { relay: baseUrl, credentials, conversationId, speed } = options;
    const { voice, language, eagerness, interruption, line } = options;
    const choices = { voice, language, eagerness, interruption, speed, line };
    browserMeans.tell(({ speech }) => speech.setSpeed(speed));
    const assistant = this.#offer;
    const start = { baseUrl, credentials, conversationId, choices, assistant };
    this.#worker.post({ type: 'start', ...start, playback: port2 }, [port2]);
    this.#worker.post({ type: 'set-muted', muted: this.#muted });
    this.setVolume(this.#volume);
    browserMeans.tell((means) => means.setHelp(options.browserHelp));
    watchPage(released.signal, graph, {
      onBack: () => this.#worker.post({ type: 'retry-now' }),
      onDevices: () => void microphone.devicesChanged(),
      onOutput: (report) => this.#worker.post({ type: 'output-latency', ...report }),
    });
    if (options.speakerId !== undefined) void this.setSpeaker(options.speakerId).catch(() => {});
    return options.microphone
      ? microphone.open(options.microphoneId)
      : { ok: false, refusal: 'dismissed' };
  }

  requestMicrophone(deviceId: string | undefined): Promise<MicrophoneResult> {
    const refused = { ok: false, refusal: 'failed' } as const;
    return this.#call?.microphone.open(deviceId) ?? Promise.resolve(refused);
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#applyMute();
    if (this.#call !== undefined) this.#worker.post({ type: 'set-muted', muted });
  }

  async setSpeaker(deviceId: string): Promise<void> {
    await this.#call?.graph.setSpeaker(deviceId);
  }

  setVolume(volume: number): void {
    this.#volume = Math.min(1, Math.max(0, volume));
    this.#call?.graph.setVolume(this.#volume);
    this.#call?.browserMeans.tell(({ speech }) => speech.setVolume(this.#volume));
  }

  choose(choices: ChangedChoices): void {
    if (this.#call === undefined) return;
    const { speed } = choices;
    if (speed !== undefined) this.#call.browserMeans.tell(({ speech }) => speech.setSpeed(speed));
    this.#worker.post({ type: 'choose', choices });
  }

  setRecording(recording: boolean): void {
    if (this.#call !== undefined) this.#worker.post({ type: 'set-recording', recording });
  }

  setAssistant({ instructions = this.#offer.instructions, tools = this.#tools }: Assistant): void {
    this.#tools = tools;
    // Without the functions themselves.
    const offer = JSON.stringify({ instructions, tools });
    if (offer === JSON.stringify(this.#offer)) return;
    this.#offer = JSON.parse(offer) as AssistantOffer;
    if (this.#call) this.#worker.post({ type: 'set-assistant', offer: this.#offer });
  }

  setBrowserHelp(help: BrowserHelp): void {
    this.#call?.browserMeans.tell((means) => means.setHelp(help));
  }

  setToken(token: string): void {
    if (this.#call !== undefined) this.#worker.post({ type: 'set-token', token });
  }

  sendText(itemId: string, text: string): void {
    this.#worker.post({ type: 'send-text', itemId, text });
  }

  holdToTalk(held: boolean): void {
    this.#held = held;
    this.#applyMute();
    if (!held) this.#call?.browserMeans.tell(({ speech }) => speech.finish());
    this.#worker.post({ type: 'hold-to-talk', held });
  }

  retryNow(): void {
    this.#worker.post({ type: 'retry-now' });
  }

  cancelResponse(): void {
    this.#worker.post({ type: 'cancel-response' });
  }

  setDebug(enabled: boolean, panel?: MessagePort): void {
    this.#worker.post({ type: 'set-debug', enabled, panel }, panel && [panel]);
  }

  async *checkSound(options: SoundCheckOptions, signal: AbortSignal): AsyncGenerator<CheckEvent> {
    const { checkSoundInBrowser } = await import('./sound-check/browser-sound-check.ts');
    yield* checkSoundInBrowser(
      {
        ...options,
        files: this.#files,
        onNode: offerToTests,
        checkDetector: () => this.#checkDetector(signal),
      },
      signal,
    );
  }

  async stop(): Promise<void> {
    if (this.#call === undefined) return;
    this.#stopping += 1;
    this.#worker.post({ type: 'stop' });
    await this.#release();
  }

  end(): void {
    void this.#release();
    this.#listeners.clear();
    this.#worker.end();
  }

  #checkDetector(signal: AbortSignal): Promise<DetectorCheck> {
    return new Promise((resolve) => {
      const unsubscribe = this.subscribe((notice) => {
        if (notice.type !== 'detector-checked') return;
        unsubscribe();
        resolve(notice.detector);
      });
      signal.addEventListener('abort', unsubscribe, { once: true });
      this.#worker.post({ type: 'check-detector' });
    });
  }

  #applyMute(): void {
    if (this.#call === undefined) return;
    const { microphone, browserMeans } = this.#call;
    const open = !this.#muted || this.#held;
    // The browser shows a microphone that is off as off.
    if (microphone.track !== undefined) microphone.track.enabled = open;
    const isHeard = open && (microphone.track !== undefined || microphone.isLent);
    browserMeans.tell(({ speech }) => speech.setOpen(isHeard));
  }

  #onClosed(): void {
    if (this.#stopping > 0) this.#stopping -= 1;
    else void this.#release();
  }

  #onUnplayable(call: RunningCall): void {
    if (call.released.signal.aborted) return;
    const message = 'The voice cannot be played. Answers are shown as text.';
    this.#notify({ type: 'error', code: 'audio_unavailable', message });
  }

  #onCrash(crash: ErrorEvent | Error): void {
    this.#stopping = 0;
    const isUnmade = crash instanceof Error;
    if (isUnmade) this.#notify({ type: 'error', code: 'files_unusable', message: crash.message });
    // Without a call nothing was lost but the detector: the next one makes another worker.
    if (this.#call === undefined) return this.#notify({ type: 'vad', state: 'failed' });
    void this.#release();
    // What a worker throws has a message; a file that cannot be had has none.
    const isThrown = !isUnmade && crash.message !== '';
    const what = isThrown ? 'Something went wrong in this page' : CALL_NOT_LOADED;
    const message = `${what}. Please call again.`;
    if (isThrown) this.#notify({ type: 'error', code: 'internal_error', message, crash });
    this.#notify({ type: 'phase', phase: 'ended' });
    this.#notify({
      type: 'closed',
      reason: { code: 1006, reason: 'worker_failed', retry: 'later', message },
    });
  }

  async #release(): Promise<void> {
    const call = this.#call;
    if (call === undefined) return;
    this.#call = undefined;
    this.#held = false;
    call.browserMeans.tell((means) => means.end());
    call.released.abort();
    call.microphone.close();
    await call.graph.close();
  }

  #notify(notice: MediaNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}

/** With `?tap` a `parley:audio-node` event on the window carries each `TappableNode`. */
function isTapped(): boolean {
  return query().has('tap');
}

function offerToTests(node: TappableNode): void {
  if (!isTapped()) return;
  window.dispatchEvent(new CustomEvent('parley:audio-node', { detail: node }));
}

/** Two parameters of the page's address serve tests. */
function query(): URLSearchParams {
  return new URLSearchParams(location.search);
}
