import { Button } from '../../ui/button.tsx';
import styles from './privacy-section.module.css';
import type { BrowserHelp } from '../../client/index.ts';
import { useCall } from '../../client/react/index.ts';

interface DownloadProps {
  /** What is downloaded. */
  readonly name: string;
  /** 0–1; without it the browser does not say. */
  readonly share?: number;
  readonly onCancel: () => void;
}

/** What the browser downloads, and a way out of it. */
export function Download({ name, share, onCancel }: DownloadProps) {
  return (
    <div className={styles.download}>
      {share === undefined ? (
        <span className="quiet">Downloading {name}</span>
      ) : (
        <Progress label={`Download of ${name}`} percent={Math.floor(share * 100)} />
      )}
      <Button look="plain" onClick={onCancel}>
        Cancel the download
      </Button>
    </div>
  );
}

function Progress({ label, percent }: { readonly label: string; readonly percent: number }) {
  return (
    <>
      <progress className={styles.progress} aria-label={label} value={percent} max={100} />
      <span className="quiet">{percent} %</span>
    </>
  );
}

/** Changes a part of what is switched on by then: a download may have taken long. */
export function useHelpChange(): (part: Partial<BrowserHelp>) => void {
  const controller = useCall();
  return (part) => {
    const { browserHelp } = controller.settings.getState();
    controller.changeSettings({ browserHelp: { ...browserHelp, ...part } });
  };
}
