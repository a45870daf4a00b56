import { startDeepgramSimulator } from '../../simulators/deepgram/deepgram-simulator.ts';
import type { Behaviour } from '../../simulators/kit/simulator.ts';
import { simulatorTraffic, type Traffic } from '../../simulators/kit/traffic.ts';
import { startOpenAiSimulator } from '../../simulators/openai/openai-simulator.ts';
import { serve } from '../process/serve.ts';
import { ProviderTimes, turnIn, turnName, type ProviderMs } from './provider-times.ts';

/** Length of the audio of each of the two clauses of an answer. */
const CLAUSE_S = 1;

const times = new ProviderTimes();
simulatorTraffic.subscribe((message) => times.add(message as Traffic));

const handlers = {
  async open({ asr, llm, tts }: ProviderMs) {
    const behaviour: Behaviour = {
      // Talkers encode the number of their turn as the level of their audio.
      hear: (audio) => turnName(audio.at(-1) ?? 0),
      finalDelayMs: asr,
      answer: (question) =>
        `${turnName(turnIn(question) ?? 0)} is the first sentence. And this is another.`,
      firstTokenDelayMs: llm,
      speak: (_, rateHz) => new Int16Array(Math.round(rateHz * CLAUSE_S)),
      firstAudioDelayMs: tts,
    };
    const [speech, chat] = await Promise.all([
      startDeepgramSimulator(behaviour),
      startOpenAiSimulator(behaviour),
    ]);
    return {
      environment: {
        DEEPGRAM_BASE_URL: speech.url,
        DEEPGRAM_API_KEY: speech.key,
        COMPATIBLE_BASE_URL: `${chat.url}/v1`,
        COMPATIBLE_API_KEY: chat.key,
        COMPATIBLE_CHAT_MODEL: 'simulated',
      },
    };
  },
  /** The providers' times for the turns since the last call. */
  take: () => times.take(),
};
export type SimulatorsHandlers = typeof handlers;

serve(handlers);
