import {
  CATALOGUE,
  simulatorTraffic,
  type Behaviour,
  type Simulator,
  type Traffic,
} from '@parley/relay/testing';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import { speak, warmVoice } from '../../support/speech.ts';
import { MICROPHONE_HZ } from '../../support/wav.ts';
import type { RelaySettings } from './real-relay.ts';

const NAMES = ['deepgram', 'compatible', 'anthropic', 'groq', 'openai'] as const;
type Name = (typeof NAMES)[number];

const BYTES_A_SAMPLE = 2;

/** What is said in a test. */
interface Script {
  /** All speech of a person is taken as this: word by word, for as long as it takes to say. */
  heard: string;
  /** From its first word to its last. */
  heardWithinMs: number;
  /** All that is asked is answered with this. */
  answer: string;
}

/** Vendors on this machine that hear, answer and speak as scripted, until they fail. */
export interface Vendors extends Readonly<Record<Name, Simulator>>, AsyncDisposable {
  readonly script: Script;
  /** Keys and addresses of them all. */
  readonly settings: RelaySettings;
  /** What they would have objected to. */
  readonly complaints: readonly string[];
  /** Ends a vendor's voice for good, `spokenMs` into the clause with this word in it. */
  killVoice(name: Name, clause: string, spokenMs: number): void;
  /** Nothing fails any more. */
  recover(): void;
}

/** All speak with the embedded voice: the sound shows what was said, not by whom. */
export async function startVendors(): Promise<Vendors> {
  await using resources = new AsyncDisposableStack();
  // A vendor whose voice starts first would be too slow.
  await warmVoice();
  const script: Script = { heard: '', heardWithinMs: 0, answer: '' };
  const failing = new Map<Name, { readonly clause: string; readonly spokenMs: number }>();

  const behaviourOf = (name: Name): Behaviour => ({
    hear(audio) {
      const ms = (audio.length * 1_000) / MICROPHONE_HZ;
      const words = script.heard.split(' ');
      return words.slice(0, Math.ceil((words.length * ms) / script.heardWithinMs)).join(' ');
    },
    answer: () => script.answer,
    async speak(text, rateHz) {
      const [spoken] = await speak([text]);
      const samples = resamplePcm16(spoken!, MICROPHONE_HZ, rateHz);
      const failure = failing.get(name);
      if (failure !== undefined && text.includes(failure.clause)) {
        failing.delete(name);
        const vendor = vendors[name];
        afterAudio(vendor, (failure.spokenMs * rateHz * BYTES_A_SAMPLE) / 1_000, () => {
          vendor.fail({ kind: 'refuse' }, 'first-use');
          vendor.cut();
        });
      }
      return samples;
    },
  });
  // Only connections that are made while there is a subscriber are watched.
  const watch = () => {};
  simulatorTraffic.subscribe(watch);
  resources.defer(() => {
    simulatorTraffic.unsubscribe(watch);
  });
  const start = async (name: Name) => resources.use(await CATALOGUE[name].start(behaviourOf(name)));
  const vendors: Readonly<Record<Name, Simulator>> = {
    deepgram: await start('deepgram'),
    compatible: await start('compatible'),
    anthropic: await start('anthropic'),
    groq: await start('groq'),
    openai: await start('openai'),
  };
  const owned = resources.move();
  return {
    ...vendors,
    script,
    settings: Object.assign({}, ...NAMES.map((name) => CATALOGUE[name].environment(vendors[name]))),
    get complaints() {
      return NAMES.flatMap((name) => vendors[name].complaints.map((each) => `${name}: ${each}`));
    },
    killVoice(name, clause, spokenMs) {
      failing.set(name, { clause, spokenMs });
    },
    recover() {
      failing.clear();
      for (const name of NAMES) vendors[name].recover();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Calls once a vendor has sent so many more bytes of audio, before it sends what comes next. */
function afterAudio({ url }: Simulator, bytes: number, action: () => void): void {
  let left = bytes;
  const onTraffic = (message: unknown) => {
    const traffic = message as Traffic;
    if (traffic.url !== url || traffic.way === 'in' || traffic.bytes === 0) return;
    if (left <= 0) {
      simulatorTraffic.unsubscribe(onTraffic);
      action();
    }
    left -= traffic.bytes;
  };
  simulatorTraffic.subscribe(onTraffic);
}
