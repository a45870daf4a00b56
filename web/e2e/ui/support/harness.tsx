import { createRoot } from 'react-dom/client';
import { App } from '../../../src/app/app.tsx';
import { createCallController } from '../../../src/store/call-controller.ts';
import { ControllerProvider } from '../../../src/store/controller-context.ts';
import { SESSION } from './notices.ts';
import { SCENES, type Scene, type SceneName } from './scenes.ts';
import { createScriptedEngine } from './scripted-engine.ts';
import '../../../src/ui/tokens.css';
import '../../../src/ui/base.css';

let ids = 0;
const engine = createScriptedEngine();
const controller = createCallController({
  engine,
  storage: localStorage,
  timeZone: 'Europe/Berlin',
  nowMs: () => Date.now(),
  newId: () => `id-${(ids += 1)}`,
  schedule: (task, delayMs) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  fetchProviders: () => Promise.resolve(SESSION.providers),
});

window.parley = {
  engine,
  async play(name) {
    const scene: Scene = SCENES[name];
    engine.answerMicrophone(scene.microphone ?? 'granted');
    if (scene.start === false) return;
    const started = controller.startCall();
    if (scene.microphone !== 'pending') await started;
    engine.emit(...scene.notices);
  },
};

/** Something like speech, so that the orb has something to do. */
setInterval(() => {
  const seconds = performance.now() / 1_000;
  const syllables = Math.abs(Math.sin(seconds * 9) * Math.sin(seconds * 2.3));
  const { phase } = controller.call.getState();
  engine.emit({
    type: 'levels',
    microphone: phase === 'hearing' ? 0.25 + 0.75 * syllables : 0.04,
    voice: phase === 'speaking' ? 0.2 + 0.8 * syllables : 0,
    speechProbability: phase === 'hearing' ? 0.7 + 0.3 * syllables : 0.05 + 0.3 * syllables ** 4,
  });
}, 33);

const root = document.getElementById('root');
if (root === null) throw new Error('harness.html has no element with the id "root"');
createRoot(root).render(
  <ControllerProvider value={controller}>
    <App />
  </ControllerProvider>,
);
const scene = new URLSearchParams(location.search).get('scene');
if (scene !== null && scene in SCENES) void window.parley.play(scene as SceneName);
