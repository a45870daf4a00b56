import { useCall, useController, useSettings } from '../call/controller-context.ts';
import { SelectField } from './select-field.tsx';
import type { VoiceOffer } from './use-voice-offer.ts';

/** The voices of the call's language. Outside of a call the relay tells those of its own only. */
export function VoiceField({ offer }: { readonly offer: VoiceOffer | null }) {
  const { changeSettings } = useController();
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
      onChange={(chosen) => changeSettings({ voice: chosen })}
    />
  );
}
