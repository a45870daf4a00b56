import type { BrowserHelp } from '../../messages/browser-help.ts';
import { useController } from '../../store/controller-context.ts';

/** Changes a part of what is switched on by then: a download may have taken long. */
export function useHelpChange(): (part: Partial<BrowserHelp>) => void {
  const { settings, changeSettings } = useController();
  return (part) => changeSettings({ browserHelp: { ...settings.getState().browserHelp, ...part } });
}
