import type { SceneName } from './scenes.ts';
import type { ScriptedEngine } from './scripted-engine.ts';

declare global {
  interface Window {
    /** What the scripted page offers to tests. */
    parley: { readonly engine: ScriptedEngine; play(name: SceneName): Promise<void> };
  }
}
