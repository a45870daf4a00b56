import { settle } from '../../src/base/lib/clock.fake.ts';
import { TestConversation, type Script } from './test-conversation.ts';

const CHUNK = new Int16Array(1_600);

/** Words while the person still speaks, as a step of a scripted transcriber. */
export const partial = (text: string) => ({ give: { type: 'transcript-partial' as const, text } });

/** A person who speaks, beside the relay that hears them. */
export class Speaking {
  readonly test: TestConversation;
  #utterance = 10;

  constructor(script: Script) {
    this.test = new TestConversation(script);
  }

  get #nowMs(): number {
    return this.test.clock.now();
  }

  async begins(held?: { readonly responseId: string; readonly playedMs: number }): Promise<void> {
    const { conversation } = this.test;
    conversation.startUtterance({ number: ++this.#utterance, onsetMs: this.#nowMs, held });
    // The pre-roll.
    for (let chunk = 0; chunk < 3; chunk++) conversation.pushAudio(CHUNK);
    await settle();
  }

  async speaks(ms: number): Promise<void> {
    for (let chunk = 0; chunk < ms / 100; chunk++) {
      await this.test.clock.advance(100);
      this.test.conversation.pushAudio(CHUNK);
    }
  }

  /** The client notices a pause 200 ms after it has begun. */
  async pauses(ms = 200): Promise<void> {
    const speechEndMs = this.#nowMs;
    await this.speaks(200);
    this.test.conversation.pauseUtterance(speechEndMs);
    await this.speaks(Math.max(0, ms - 200));
  }

  async goesOn(ms: number): Promise<void> {
    this.test.conversation.resumeUtterance();
    await this.speaks(ms);
  }

  get committed() {
    return this.test.ofType('input_audio_buffer.committed');
  }

  get decided() {
    return this.test.ofType('response.interruption_decided').map(({ interrupted }) => interrupted);
  }

  get outcomes() {
    return this.test.ofCall('turn-ended').map(({ outcome }) => outcome);
  }
}
