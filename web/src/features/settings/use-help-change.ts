import type { BrowserHelp } from '../../client/index.ts';
import { useController } from '../call/controller-context.ts';

/** Changes a part of what is switched on by then: a download may have taken long. */
export function useHelpChange(): (part: Partial<BrowserHelp>) => void {
  const controller = useController();
  return (part) => {
    const { browserHelp } = controller.settings.getState();
    controller.changeSettings({ browserHelp: { ...browserHelp, ...part } });
  };
}
