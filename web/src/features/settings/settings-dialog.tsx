import type { ReactNode } from 'react';
import { useCall, useController, useSettings } from '../../store/controller-context.ts';
import type { Settings } from '../../store/settings.ts';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ChoiceField } from './choice-field.tsx';
import { LevelMeter } from './level-meter.tsx';
import { PrivacySection } from './privacy-section.tsx';
import { SelectField } from './select-field.tsx';
import { SliderField } from './slider-field.tsx';
import { SwitchField } from './switch-field.tsx';
import { canChooseSpeaker, useDevices } from './use-devices.ts';
import styles from './settings-dialog.module.css';

const THEMES = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const satisfies readonly { value: Settings['theme']; label: string }[];

const CAPTION_SIZES = [
  { value: 'small', label: 'Small' },
  { value: 'medium', label: 'Medium' },
  { value: 'large', label: 'Large' },
] as const satisfies readonly { value: Settings['captionSize']; label: string }[];

const RESPONSIVENESS = [
  { value: 'high', label: 'Quick' },
  { value: 'medium', label: 'Balanced' },
  { value: 'low', label: 'Patient' },
] as const satisfies readonly { value: Settings['eagerness']; label: string }[];

const DEVICE_LABELS = {
  defaultLabel: 'System default',
  missingLabel: () => 'Not connected now',
} as const;

/** Everything a person can choose. Changes hold at once; there is nothing to save. */
export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { changeSettings } = useController();
  const settings = useSettings((all) => all);
  const voices = useCall((state) => state.session?.voices ?? null);
  const devices = useDevices();

  return (
    <DialogFrame title="Settings" onClose={onClose}>
      <Section title="Sound">
        <SelectField
          label="Microphone"
          choices={devices.microphones}
          value={settings.microphoneId}
          {...DEVICE_LABELS}
          onChange={(microphoneId) => changeSettings({ microphoneId })}
        />
        <LevelMeter />
        {canChooseSpeaker() && (
          <SelectField
            label="Speaker"
            choices={devices.speakers}
            value={settings.speakerId}
            {...DEVICE_LABELS}
            onChange={(speakerId) => changeSettings({ speakerId })}
          />
        )}
        <SliderField
          label="Volume"
          value={settings.volume}
          onChange={(volume) => changeSettings({ volume })}
        />
        <SelectField
          label="Voice"
          choices={voices ?? []}
          value={settings.voice}
          // The voices are known once a call has begun.
          defaultLabel={voices === null ? 'Default (more during a call)' : 'Default'}
          missingLabel={(voice) => voice}
          onChange={(voice) => changeSettings({ voice })}
        />
        <ChoiceField
          label="Responsiveness"
          hint="How soon Parley answers when you pause."
          choices={RESPONSIVENESS}
          value={settings.eagerness}
          onChange={(eagerness) => changeSettings({ eagerness })}
        />
        <SwitchField
          label="Short sounds"
          hint="A quiet tone at start, when you were heard, and at the end."
          checked={settings.earcons}
          onChange={(earcons) => changeSettings({ earcons })}
        />
      </Section>
      <Section title="Appearance">
        <ChoiceField
          label="Theme"
          choices={THEMES}
          value={settings.theme}
          onChange={(theme) => changeSettings({ theme })}
        />
        <ChoiceField
          label="Caption size"
          choices={CAPTION_SIZES}
          value={settings.captionSize}
          onChange={(captionSize) => changeSettings({ captionSize })}
        />
        <SwitchField
          label="Read answers to a screen reader"
          hint="Again, after the voice. An answer without a voice is read in any case."
          checked={settings.readsAnswers}
          onChange={(readsAnswers) => changeSettings({ readsAnswers })}
        />
      </Section>
      <Section title="Privacy">
        <PrivacySection />
      </Section>
    </DialogFrame>
  );
}

function Section(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <h3 className={styles.heading}>{props.title}</h3>
      {props.children}
    </section>
  );
}
