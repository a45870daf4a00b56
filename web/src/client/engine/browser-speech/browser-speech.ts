import type { Stage } from '@parley/shared';
import type { MediaCommand, MediaNotice, BrowserAbility } from '../../messages/media-messages.ts';
import type { BrowserVoiceRequest, BrowserHelp } from '../../messages/page-requests.ts';
import { BrowserHearing } from './browser-hearing.ts';
import { BrowserRecogniser } from './browser-recogniser.ts';
import {
  BrowserSpeaker,
  type SpeechSynthesiser,
  type Utterance,
  VoiceWatch,
} from './browser-speaker.ts';
import type { SpeechRecogniser } from './speech-recognition.ts';

/** What relays call the page's own means. */
const BROWSER = 'browser';

export interface BrowserSpeechOptions {
  /** undefined if the browser has none. */
  readonly createRecogniser: (() => SpeechRecogniser) | undefined;
  /** Whether the recogniser can do its work on this computer, without a download. */
  isLocalReady(language: string): Promise<boolean>;
  readonly synthesis: SpeechSynthesiser | undefined;
  createUtterance(text: string): Utterance;
  /** In which to hear and speak, BCP 47. @param wanted - the call's, if the relay has said it */
  languageFor(wanted: string | undefined): string;
  /** Whether the browser is one of Android's: see `PageRecogniser`. */
  readonly isAndroid: boolean;
  now(): number;
  newId(): string;
  post(command: MediaCommand): void;
  notify(notice: MediaNotice): void;
  /** The recogniser needs the microphone for itself, or no longer does. */
  onMicrophoneWanted(wanted: boolean): void;
}

/**
 * The browser's own recogniser and voice, for one call, used while the relay says that it is the
 * page's turn: the last rungs of the ladder, or what the person has chosen.
 */
export class BrowserSpeech {
  readonly #options: BrowserSpeechOptions;
  readonly #voice: VoiceWatch;
  readonly #hearing: BrowserHearing;
  #recogniser: BrowserRecogniser | undefined;
  #speaker: BrowserSpeaker | undefined;
  #turns = { transcriber: false, synthesizer: false };
  #chosen: BrowserHelp['hears'] = 'off';
  /** Of the call, BCP 47. */
  #language: string | undefined;
  #open = false;
  #volume = 1;
  #speed = 1;
  #wantsMicrophone = false;
  #ended = false;

  constructor(options: BrowserSpeechOptions) {
    this.#options = options;
    this.#voice = new VoiceWatch(() => options.now());
    this.#hearing = new BrowserHearing({
      voice: this.#voice,
      newId: () => options.newId(),
      post: (command) => options.post(command),
      notify: (notice) => options.notify(notice),
    });
  }

  /** Whether the recogniser needs the microphone for itself. */
  get wantsMicrophone(): boolean {
    return this.#wantsMicrophone;
  }

  /** The person would have the browser listen in the relay's place, or no longer. */
  async setChosen(chosen: BrowserHelp['hears']): Promise<void> {
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    if (chosen === 'off') return this.#offer(false);
    const { createRecogniser, isLocalReady } = this.#options;
    const isAble =
      createRecogniser !== undefined && (chosen !== 'local' || (await isLocalReady(this.#heardIn)));
    if (this.#chosen !== chosen || this.#ended) return;
    if (isAble) this.#offer(true);
    else this.#giveUp();
  }

  /** @param open whether speech is now meant to be heard */
  setOpen(open: boolean): void {
    this.#open = open;
    if (open) this.#recogniser?.start();
    else this.#recogniser?.stop();
  }

  /** @param speed a factor of the voice's own pace */
  setSpeed(speed: number): void {
    this.#speed = speed;
    if (this.#speaker !== undefined) this.#speaker.speed = speed;
  }

  /** @param volume 0–1 */
  setVolume(volume: number): void {
    this.#volume = volume;
    if (this.#speaker !== undefined) this.#speaker.volume = volume;
  }

  /** What the media worker asks for. */
  onRequest(request: BrowserVoiceRequest): void {
    if (request.type === 'hush') this.#speaker?.hush();
    else if (this.#speaker !== undefined) this.#speaker.speak(request);
    else this.#report(request, 'failed');
  }

  /** What the media worker reports. */
  onNotice(notice: MediaNotice): void {
    this.#voice.onNotice(notice);
    switch (notice.type) {
      case 'session':
        this.#setLanguage(notice.session.language);
        this.#setTurn('transcriber', notice.session.providers.transcriber);
        return this.#setTurn('synthesizer', notice.session.providers.synthesizer);
      case 'stage-changed':
        return this.#setTurn(notice.stage, notice.to);
      default:
    }
  }

  /** The call is over: what is still recognised is of no interest. */
  end(): void {
    this.#ended = true;
    this.#recogniser?.dispose();
    this.#speaker?.dispose();
  }

  #setTurn(stage: Stage, provider: string): void {
    if (stage === 'generator') return;
    const isOurs = provider === BROWSER;
    if (isOurs === this.#turns[stage]) return;
    this.#turns[stage] = isOurs;
    if (stage === 'transcriber') this.#hear(isOurs);
    // A voice that is not needed any more finishes what it was asked to say.
    else if (isOurs) this.#findVoice();
  }

  #setLanguage(language: string | undefined): void {
    if (language === this.#language) return;
    this.#language = language;
    if (this.#speaker !== undefined) this.#speaker.language = this.#heardIn;
    this.finish();
  }

  /** What was said so far is all: its words are settled now, and what follows is heard anew. */
  finish(): void {
    if (!this.#open) return;
    this.#recogniser?.stop();
    this.#recogniser?.start();
  }

  #hear(isOurs: boolean): void {
    const { createRecogniser } = this.#options;
    if (!isOurs) {
      // What is being said now is still understood, and sent.
      this.#recogniser?.stop();
      this.#recogniser = undefined;
      this.#wantMicrophone(false);
      return;
    }
    this.#notifyAbility('transcriber', createRecogniser === undefined ? 'missing' : 'able');
    if (createRecogniser === undefined) return;
    this.#recogniser = new BrowserRecogniser({
      create: () => {
        const recogniser = createRecogniser();
        if (this.#chosen === 'local') recogniser.processLocally = true;
        return recogniser;
      },
      language: () => this.#heardIn,
      guessesAreFinal: this.#options.isAndroid,
      now: () => this.#options.now(),
      onWords: (words) => {
        if (!this.#ended) this.#hearing.onWords(words);
      },
      onFailed: (failure) => {
        this.#hearing.forget();
        this.#wantMicrophone(false);
        this.#notifyAbility('transcriber', failure);
        this.#giveUp();
      },
    });
    // Android gives the microphone to one at a time, and its recogniser is another than the page.
    if (this.#options.isAndroid) this.#wantMicrophone(true);
    if (this.#open) this.#recogniser.start();
  }

  #findVoice(): void {
    const { synthesis } = this.#options;
    this.#notifyAbility('synthesizer', synthesis === undefined ? 'missing' : 'able');
    if (synthesis === undefined) return;
    this.#speaker?.dispose();
    this.#speaker = new BrowserSpeaker({
      synthesis,
      createUtterance: (text) => this.#options.createUtterance(text),
      onReport: (clause, state) => this.#report(clause, state),
      onFailed: (failure) => this.#notifyAbility('synthesizer', failure),
    });
    this.#speaker.volume = this.#volume;
    this.#speaker.speed = this.#speed;
    this.#speaker.language = this.#heardIn;
  }

  get #heardIn(): string {
    return this.#options.languageFor(this.#language);
  }

  #offer(page_recogniser: boolean): void {
    this.#options.post({ type: 'offer-page', offer: { page_recogniser } });
  }

  /** The choice cannot be carried out: the relay listens again. */
  #giveUp(): void {
    if (this.#chosen === 'off') return;
    this.#chosen = 'off';
    this.#offer(false);
    this.#options.notify({
      type: 'error',
      code: 'page_recogniser_failed',
      message: 'Your browser cannot recognise speech now. Parley listens again instead.',
    });
  }

  #wantMicrophone(wanted: boolean): void {
    if (wanted === this.#wantsMicrophone) return;
    this.#wantsMicrophone = wanted;
    this.#options.onMicrophoneWanted(wanted);
  }

  #report(
    { responseId, clause }: Extract<BrowserVoiceRequest, { type: 'speak' }>,
    state: Extract<MediaCommand, { type: 'page-voice' }>['state'],
  ): void {
    this.#options.post({ type: 'page-voice', responseId, clause, state });
  }

  #notifyAbility(stage: 'transcriber' | 'synthesizer', ability: BrowserAbility): void {
    this.#options.notify({ type: 'page-ability', stage, ability });
  }
}
