import { type ReactNode, useEffect, useRef } from 'react';
import { useController, useSettings, useCall } from '../call/controller-context.ts';
import { type Settings, findSpeechRecognition } from '../../client/index.ts';
import { Button } from '../../ui/button.tsx';
import { DialogFrame } from '../../ui/dialog-frame.tsx';
import { ChoiceField } from './choice-field.tsx';
import { PrivacySection } from './privacy-section.tsx';
import { SelectField } from './select-field.tsx';
import { SliderField } from './slider-field.tsx';
import { SwitchField } from './switch-field.tsx';
import { canChooseSpeaker, useDevices } from './use-devices.ts';
import { useVoiceOffer, type OfferedVoices } from './use-voice-offer.ts';
import styles from './settings-dialog.module.css';
import { useStore } from 'zustand';
import { HearingField } from './hearing-field.tsx';
import { ModelField, useHasModel } from './model-field.tsx';
import fieldStyles from './field.module.css';

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

const INTERRUPTION = [
  { value: 'automatic', label: 'Automatic' },
  { value: 'voice', label: 'Voice' },
  { value: 'button', label: 'Button' },
] as const satisfies readonly { value: Settings['interruption']; label: string }[];

const WAYS_TO_TALK = [
  { value: 'voice', label: 'Freely' },
  { value: 'hold', label: 'Hold button' },
] as const satisfies readonly { value: Settings['talkBy']; label: string }[];

const SIGNALS = [
  { value: 'off', label: 'Off' },
  { value: 'some', label: 'Some' },
  { value: 'all', label: 'All' },
  { value: 'vibration', label: 'Vibrate' },
] as const satisfies readonly { value: Settings['signals']; label: string }[];

/** Not in Safari, nor on computers that have nothing to vibrate with. */
function canVibrate(): boolean {
  return 'vibrate' in navigator && matchMedia('(pointer: coarse)').matches;
}

const DEVICE_LABELS = {
  defaultLabel: 'System default',
  missingLabel: () => 'Not connected now',
} as const;

interface SettingsDialogProps {
  readonly onClose: () => void;
  readonly onCheck: () => void;
}

/** Everything a person can choose. Changes hold at once; there is nothing to save. */
export function SettingsDialog({ onClose, onCheck }: SettingsDialogProps) {
  return (
    <DialogFrame title="Settings" onClose={onClose}>
      <Section title="Sound">
        <SoundFields onCheck={onCheck} />
        <TurnFields />
      </Section>
      <BrowserSection />
      <Section title="Appearance">
        <AppearanceFields />
      </Section>
      <Section title="Privacy">
        <PrivacySection />
      </Section>
    </DialogFrame>
  );
}

/** Devices, volume, language and voice. */
function SoundFields({ onCheck }: Pick<SettingsDialogProps, 'onCheck'>) {
  const controller = useController();
  const settings = useSettings((all) => all);
  const offer = useVoiceOffer();
  const devices = useDevices();
  return (
    <>
      <SelectField
        label="Microphone"
        choices={devices.microphones}
        value={settings.microphoneId}
        {...DEVICE_LABELS}
        onChange={(microphoneId) => controller.changeSettings({ microphoneId })}
      />
      <LevelMeter />
      {canChooseSpeaker() && (
        <SelectField
          label="Speaker"
          choices={devices.speakers}
          value={settings.speakerId}
          {...DEVICE_LABELS}
          onChange={(speakerId) => controller.changeSettings({ speakerId })}
        />
      )}
      <span>
        <Button onClick={onCheck}>Check sound and connection</Button>
      </span>
      <SliderField
        label="Volume"
        value={settings.volume}
        valueText={`${Math.round(settings.volume * 100)} %`}
        onChange={(volume) => controller.changeSettings({ volume })}
      />
      <LanguageField languages={offer?.languages ?? []} />
      <VoiceField offer={offer} />
      {offer?.speeds && (
        <SliderField
          label="Pace"
          {...offer.speeds}
          step={0.1}
          value={Math.min(offer.speeds.max, Math.max(offer.speeds.min, settings.speed))}
          valueText={`${settings.speed.toFixed(1)} ×`}
          onChange={(speed) => controller.changeSettings({ speed })}
        />
      )}
    </>
  );
}

/** How turns are taken, and what is heard of it. */
function TurnFields() {
  const controller = useController();
  const settings = useSettings((all) => all);
  return (
    <>
      <ChoiceField
        label="Responsiveness"
        hint="How soon Parley answers when you pause."
        choices={RESPONSIVENESS}
        value={settings.eagerness}
        onChange={(eagerness) => controller.changeSettings({ eagerness })}
      />
      <ChoiceField
        label="While Parley speaks"
        hint="What interrupts it. Automatic: your voice, unless the microphone hears Parley too loud."
        choices={INTERRUPTION}
        value={settings.interruption}
        onChange={(interruption) => controller.changeSettings({ interruption })}
      />
      <ChoiceField
        label="Talking"
        hint="Freely, or only while you hold the button. The space bar can always be held."
        choices={WAYS_TO_TALK}
        value={settings.talkBy}
        onChange={(talkBy) => controller.changeSettings({ talkBy })}
      />
      <ChoiceField
        label="Short sounds"
        hint="At the start, when you were heard, and at the end. All: also when it is your turn."
        choices={canVibrate() ? SIGNALS : SIGNALS.filter(({ value }) => value !== 'vibration')}
        value={settings.signals}
        onChange={(signals) => controller.changeSettings({ signals })}
      />
    </>
  );
}

function AppearanceFields() {
  const controller = useController();
  const settings = useSettings((all) => all);
  return (
    <>
      <ChoiceField
        label="Theme"
        choices={THEMES}
        value={settings.theme}
        onChange={(theme) => controller.changeSettings({ theme })}
      />
      <ChoiceField
        label="Caption size"
        choices={CAPTION_SIZES}
        value={settings.captionSize}
        onChange={(captionSize) => controller.changeSettings({ captionSize })}
      />
      <SwitchField
        label="Read answers to a screen reader"
        hint="Again, after the voice. An answer without a voice is read in any case."
        checked={settings.readsAnswers}
        onChange={(readsAnswers) => controller.changeSettings({ readsAnswers })}
      />
    </>
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

/** The voices of the call's language. Outside of a call the relay offers those of its own only. */
function VoiceField({ offer }: { readonly offer: OfferedVoices | null }) {
  const controller = useController();
  const { voice, language } = useSettings((all) => all);
  const isInCall = useCall(({ session }) => session !== null);
  const { voices = [], languages = [] } = offer ?? {};
  const isOther = language !== null && languages.slice(1).includes(language);
  if (isOther && !isInCall) return null;
  return (
    <SelectField
      label="Voice"
      choices={voices}
      // One of another language is kept for calls in that.
      value={isOther && !voices.some(({ id }) => id === voice) ? null : voice}
      defaultLabel="Default"
      missingLabel={(missing) => missing}
      onChange={(chosen) => controller.changeSettings({ voice: chosen })}
    />
  );
}

/**
 * What the person speaks and is answered in, if there is a choice.
 *
 * @param languages - BCP 47; the first is that of calls for which none is chosen
 */
function LanguageField({ languages }: { readonly languages: readonly string[] }) {
  const controller = useController();
  const chosen = useSettings(({ language }) => language);
  const [usual, ...others] = languages;
  if (usual === undefined || others.length === 0) return null;
  return (
    <SelectField
      label="Language"
      choices={others.map((id) => ({ id, label: languageName(id) }))}
      // A voice that the relay no longer offers is not that of the call.
      value={chosen !== null && others.includes(chosen) ? chosen : null}
      defaultLabel={languageName(usual)}
      missingLabel={languageName}
      onChange={(language) => controller.changeSettings({ language })}
    />
  );
}

/**
 * What people call their own language: `Deutsch` for `de`.
 *
 * @param tag - BCP 47
 */
export function languageName(tag: string): string {
  try {
    const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag;
    const [initial = ''] = name;
    return initial.toLocaleUpperCase(tag) + name.slice(initial.length);
  } catch {
    return tag;
  }
}

/** What this browser can do by itself; nothing if it can do nothing, or the relay needs no help. */
function BrowserSection() {
  const { needsModel, needsHearing } = useNeeds();
  const hasModel = useHasModel();
  const showsModel = needsModel && hasModel;
  const showsHearing = needsHearing && findSpeechRecognition(globalThis) !== undefined;
  if (!showsModel && !showsHearing) return null;
  return (
    <Section title="This browser">
      {showsHearing && <HearingField />}
      {showsModel && <ModelField />}
    </Section>
  );
}

/** What the relay would take: in a call it says so itself. */
function useNeeds(): { readonly needsModel: boolean; readonly needsHearing: boolean } {
  const providers = useStore(useController().providers);
  const session = useCall((state) => state.session);
  const hears = useSettings(({ browserHelp }) => browserHelp.hears);
  if (session !== null) {
    return {
      needsModel: session.page_model !== undefined,
      needsHearing: session.page_recogniser !== undefined,
    };
  }
  // The browser itself stands here after a call in which it listened.
  const isOwn = providers?.transcriber === 'browser' && hears !== 'off';
  return {
    needsModel: providers?.generator === 'embedded',
    needsHearing: providers?.transcriber === 'embedded' || isOwn,
  };
}

/** How loud the microphone is now; nothing while none is open. */
function LevelMeter() {
  const { levels } = useController();
  const isLive = useCall((state) => state.microphone.kind === 'granted');
  const bar = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      levels.subscribe(({ microphone }) => {
        if (bar.current !== null) bar.current.style.transform = `scaleX(${microphone.toFixed(3)})`;
      }),
    [levels],
  );
  if (!isLive) return null;
  return (
    <div className={fieldStyles.field} aria-hidden="true">
      <span className={fieldStyles.label}>Level</span>
      <div className={fieldStyles.meter}>
        <div ref={bar} className={fieldStyles.level} />
      </div>
    </div>
  );
}
