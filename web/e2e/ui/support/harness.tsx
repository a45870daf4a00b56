import { createRoot } from 'react-dom/client';
import { App } from '../../../src/app/app.tsx';
import { AccountAccessProvider } from '../../../src/store/account-access.ts';
import { createCallController } from '../../../src/store/call-controller.ts';
import { ControllerProvider } from '../../../src/store/controller-context.ts';
import { SESSION } from './notices.ts';
import { SCENES, type Scene, type SceneName } from './scenes.ts';
import { createScriptedAccount, WAYS_IN } from './scripted-account.ts';
import { createScriptedEngine } from './scripted-engine.ts';
import '../../../src/ui/tokens.css';
import '../../../src/ui/base.css';

let ids = 0;
const query = new URLSearchParams(location.search);
const way = WAYS_IN.find((name) => name === query.get('way')) ?? 'guests';
const asked: string[] = [];

/** All of a page but what lies on its document: the next replaces it without a load. */
function begin() {
  const engine = createScriptedEngine();
  const controller = createCallController({
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
    fetchProviders: () => Promise.resolve(SESSION.providers),
  });
  const host = document.getElementById('root');
  if (host === null) throw new Error('harness.html has no element with the id "root"');
  const root = createRoot(host);
  root.render(
    <ControllerProvider value={controller}>
      <AccountAccessProvider
        value={{
          fetch: (...request) => fetch(...request),
          relay: Promise.resolve({ kind: 'known', origin: location.origin }),
          token: () => Promise.resolve('a token'),
        }}
      >
        <App />
      </AccountAccessProvider>
    </ControllerProvider>,
  );
  return { engine, controller, root };
}

let current = begin();

window.parley = {
  asked,
  get engine() {
    return current.engine;
  },
  async play(name) {
    const { engine, controller } = current;
    const scene: Scene = SCENES[name];
    engine.answerMicrophone(scene.microphone ?? 'granted');
    if (scene.start === false) return;
    const started = controller.startCall();
    if (scene.microphone !== 'pending') await started;
    engine.emit(...scene.notices);
  },
  async startOver(name) {
    current.root.unmount();
    current = begin();
    await painted();
    await window.parley.play(name);
    await painted();
    // A long conversation has moved the orb.
    const orb = document.querySelector('[data-orb]');
    await Promise.all(orb?.getAnimations().map(({ finished }) => finished) ?? []);
  },
};

/** Resolves once what React was given to render is on the screen, and what observes it has run. */
async function painted(): Promise<void> {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
}

/** Something like speech, so that the orb has something to do. */
setInterval(() => {
  const seconds = performance.now() / 1_000;
  const syllables = Math.abs(Math.sin(seconds * 9) * Math.sin(seconds * 2.3));
  const { engine, controller } = current;
  const { phase } = controller.call.getState();
  engine.emit({
    type: 'levels',
    microphone: phase === 'hearing' ? 0.25 + 0.75 * syllables : 0.04,
    voice: phase === 'speaking' ? 0.2 + 0.8 * syllables : 0,
    speechProbability: phase === 'hearing' ? 0.7 + 0.3 * syllables : 0.05 + 0.3 * syllables ** 4,
  });
}, 33);

const scene = query.get('scene');
if (scene !== null && scene in SCENES) void window.parley.play(scene as SceneName);
