import { createRoot } from 'react-dom/client';
import { App } from '../../../src/app/app.tsx';
import { forgetScrolling } from '../../../src/features/account/page-frame.tsx';
import { AccountAccessProvider } from '../../../src/features/account/account-access.ts';
import { Call } from '../../../src/client/store/call.ts';
import { CallProvider } from '../../../src/client/react/index.ts';
import { fetchProviderNames } from '../../../src/client/store/provider-names.ts';
import { watchResidue } from './page-residue.ts';
import { SCENES, type Scene, type SceneName } from './scenes.ts';
import { createScriptedAccount, WAYS_IN } from './scripted-account.ts';
import { createScriptedEngine, type ScriptedEngine } from './scripted-engine.ts';
import '../../../src/ui/tokens.css';
import '../../../src/ui/base.css';

const residue = watchResidue();

/** All of a page but its document: the next replaces it without a load. */
function begin() {
  const way = WAYS_IN.find((name) => name === queryOf('way')) ?? 'guests';
  const asked: string[] = [];
  let ids = 0;
  const engine = createScriptedEngine();
  const controller = new Call({
    engine,
    account: createScriptedAccount({
      way,
      storage: localStorage,
      relay: location.origin,
      onAsked: (what) => asked.push(what),
    }),
    storage: localStorage,
    nowMs: () => Date.now(),
    newId: () => `id-${(ids += 1)}`,
    relay: Promise.resolve({ kind: 'known', origin: location.origin }),
    fetchProviders: (relay) => fetchProviderNames((...request) => fetch(...request), relay),
  });
  const speech = setInterval(() => engine.emit(somethingLikeSpeech(controller)), 33);
  const host = document.createElement('div');
  host.id = 'root';
  document.body.append(host);
  const root = createRoot(host);
  root.render(
    <CallProvider call={controller}>
      <AccountAccessProvider
        value={{
          fetch: (...request) => fetch(...request),
          relay: Promise.resolve({ kind: 'known', origin: location.origin }),
          token: () => Promise.resolve('a token'),
        }}
      >
        <App />
      </AccountAccessProvider>
    </CallProvider>,
  );
  return {
    engine,
    controller,
    asked,
    end(): void {
      clearInterval(speech);
      root.unmount();
      host.remove();
    },
  };
}

let current: ReturnType<typeof begin> | null = begin();

function present() {
  if (current === null) throw new Error('the scene has ended');
  return current;
}

async function end(): Promise<void> {
  if (current === null) return;
  current.end();
  current = null;
  // Dialogs give the focus back a moment after they have gone.
  await painted();
  // Written in by the charts to measure words, and by the theme that was chosen.
  document.getElementById('recharts_measurement_span')?.remove();
  delete document.documentElement.dataset['theme'];
  forgetScrolling();
  getSelection()?.removeAllRanges();
  const left = residue();
  if (left.length > 0) throw new Error(`the scene has left on the page: ${left.join('; ')}`);
}

window.parley = {
  get asked() {
    return present().asked;
  },
  get engine() {
    return present().engine;
  },
  end,
  async play(name) {
    const { engine, controller } = present();
    const scene: Scene = SCENES[name];
    engine.answerMicrophone(scene.microphone ?? 'granted');
    if (scene.start === false) return;
    const started = controller.start();
    if (scene.microphone !== 'pending') await started;
    engine.emit(...scene.notices);
  },
  async startOver(name, url = location.href) {
    await end();
    history.replaceState(null, '', url);
    current = begin();
    await painted();
    await window.parley.play(name);
    await painted();
    // A long conversation has moved the orb.
    const orb = document.querySelector('[data-orb]');
    await Promise.allSettled(orb?.getAnimations().map(({ finished }) => finished) ?? []);
  },
};

/** Resolves once what React was given to render is on the screen, and what observes it has run. */
async function painted(): Promise<void> {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
}

/** Levels that give the orb something to do. */
function somethingLikeSpeech({ state: call }: Call): Parameters<ScriptedEngine['emit']>[0] {
  const seconds = performance.now() / 1_000;
  const syllables = Math.abs(Math.sin(seconds * 9) * Math.sin(seconds * 2.3));
  const { phase } = call.getState();
  return {
    type: 'levels',
    microphone: phase === 'hearing' ? 0.25 + 0.75 * syllables : 0.04,
    voice: phase === 'speaking' ? 0.2 + 0.8 * syllables : 0,
    speechProbability: phase === 'hearing' ? 0.7 + 0.3 * syllables : 0.05 + 0.3 * syllables ** 4,
  };
}

function queryOf(name: string): string | null {
  return new URLSearchParams(location.search).get(name);
}

const scene = queryOf('scene');
if (scene !== null && scene in SCENES) void window.parley.play(scene as SceneName);
