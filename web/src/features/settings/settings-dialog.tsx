import type { ReactNode } from 'react';
import {
  useCall,
  useCallState,
  useMicrophoneLevel,
  useSettings,
} from '../../client/react/index.ts';
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

const THEMES = { system: 'System', light: 'Light', dark: 'Dark' };
const CAPTION_SIZES = { small: 'Small', medium: 'Medium', large: 'Large' };
const RESPONSIVENESS = { high: 'Quick', medium: 'Balanced', low: 'Patient' };
const INTERRUPTION = { automatic: 'Automatic', voice: 'Voice', button: 'Button' };
const WAYS_TO_TALK = { voice: 'Freely', hold: 'Hold button' };
const LINES = { auto: 'Automatic', opus: 'Always', pcm16: 'Never' };
const SOUNDS = { off: 'Off', some: 'Some', all: 'All' };
const SIGNALS = { ...SOUNDS, vibration: 'Vibrate' };

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
  const controller = useCall();
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
  return (
    <>
      <SettingChoice
        name="eagerness"
        label="Responsiveness"
        hint="How soon Parley answers when you pause."
        choices={RESPONSIVENESS}
      />
      <SettingChoice
        name="interruption"
        label="While Parley speaks"
        hint="What interrupts it. Automatic: your voice, unless the microphone hears Parley too loud."
        choices={INTERRUPTION}
      />
      <SettingChoice
        name="talkBy"
        label="Talking"
        hint="Freely, or only while you hold the button. The space bar can always be held."
        choices={WAYS_TO_TALK}
      />
      <SettingChoice
        name="signals"
        label="Short sounds"
        hint="At the start, when you were heard, and at the end. All: also when it is your turn."
        choices={canVibrate() ? SIGNALS : SOUNDS}
      />
      {'AudioEncoder' in globalThis && (
        <SettingChoice
          name="line"
          label="Compress speech"
          hint="Takes a tenth of the data, for slow connections. Automatic: when yours is slow, or saves data."
          choices={LINES}
        />
      )}
    </>
  );
}

function AppearanceFields() {
  const controller = useCall();
  const readsAnswers = useSettings((settings) => settings.readsAnswers);
  return (
    <>
      <SettingChoice name="theme" label="Theme" choices={THEMES} />
      <SettingChoice name="captionSize" label="Caption size" choices={CAPTION_SIZES} />
      <SwitchField
        label="Read answers to a screen reader"
        hint="Again, after the voice. An answer without a voice is read in any case."
        checked={readsAnswers}
        onChange={(wanted) => controller.changeSettings({ readsAnswers: wanted })}
      />
    </>
  );
}

/** A setting of which there are a few. */
type ChoiceName =
  | 'theme'
  | 'captionSize'
  | 'eagerness'
  | 'interruption'
  | 'talkBy'
  | 'signals'
  | 'line';

interface SettingChoiceProps<N extends ChoiceName> {
  readonly name: N;
  readonly label: string;
  readonly hint?: string;
  readonly choices: Readonly<Partial<Record<Settings[N], string>>>;
}

function SettingChoice<N extends ChoiceName>({ name, ...field }: SettingChoiceProps<N>) {
  const controller = useCall();
  const value = useSettings((settings) => settings[name]);
  const choose = (next: Settings[N]): void => controller.changeSettings({ [name]: next });
  return <ChoiceField<Settings[N]> {...field} value={value} onChange={choose} />;
}

function Section(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={props.title}>
      <h3 className="quiet">{props.title}</h3>
      {props.children}
    </section>
  );
}

/** The voices of the call's language. Outside of a call the relay offers those of its own only. */
function VoiceField({ offer }: { readonly offer: OfferedVoices | null }) {
  const controller = useCall();
  const { voice, language } = useSettings((all) => all);
  const isInCall = useCallState(({ session }) => session !== null);
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
  const controller = useCall();
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
  const providers = useStore(useCall().providers);
  const session = useCallState((state) => state.session);
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
  const isLive = useCallState((state) => state.microphone.kind === 'granted');
  return isLive && <LiveLevel />;
}

function LiveLevel() {
  const level = useMicrophoneLevel();
  return (
    <div className={fieldStyles.field} aria-hidden="true">
      <span className={fieldStyles.label}>Level</span>
      <div className={fieldStyles.meter}>
        <div className={fieldStyles.level} style={{ transform: `scaleX(${level.toFixed(3)})` }} />
      </div>
    </div>
  );
}
