import { Download } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import type { TranscriptFormat } from '../account/account-api.ts';
import { Button } from '../../ui/button.tsx';
import menu from '../account/account-menu.module.css';
import { useAccountPages } from '../account/account-pages-context.ts';
import { useAction } from '../account/use-action.ts';
import { fileNameOf, saveFile } from './save-file.ts';
import styles from './export-menu.module.css';

const FORMATS = [
  { format: 'text', extension: 'txt', name: 'Text', use: 'to read' },
  { format: 'json', extension: 'json', name: 'JSON', use: 'for programs' },
  { format: 'vtt', extension: 'vtt', name: 'WebVTT', use: 'subtitles' },
] as const satisfies readonly { format: TranscriptFormat; [key: string]: string }[];

/** Saves the conversation as a file. */
export function ExportMenu({ id, title }: { readonly id: string; readonly title: string }) {
  const { api } = useAccountPages();
  const { isRunning, complaint, run } = useAction();
  const save = (format: TranscriptFormat, extension: string): Promise<boolean> =>
    run(async (signal) => {
      saveFile(await api.exported(id, format, signal), fileNameOf(title, extension));
    });
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button disabled={isRunning}>
            <Download aria-hidden="true" size={18} /> Export
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={4} loop>
          {FORMATS.map(({ format, extension, name, use }) => (
            <DropdownMenu.Item
              key={format}
              className={menu.item}
              onSelect={() => void save(format, extension)}
            >
              {name} <span className={styles.use}>{use}</span>
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      {complaint !== null && (
        <p className={styles.complaint} role="alert">
          {complaint}
        </p>
      )}
    </>
  );
}
