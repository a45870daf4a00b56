import { useController, useSettings } from '../call/controller-context.ts';
import { languageName } from './language-name.ts';
import { SelectField } from './select-field.tsx';

interface LanguageFieldProps {
  /** BCP 47; the first is that of calls for which none is chosen. */
  readonly languages: readonly string[];
}

/** What the person speaks and is answered in, if there is a choice. */
export function LanguageField({ languages }: LanguageFieldProps) {
  const { changeSettings } = useController();
  const chosen = useSettings(({ language }) => language);
  const [usual, ...others] = languages;
  if (usual === undefined || others.length === 0) return null;
  return (
    <SelectField
      label="Language"
      choices={others.map((id) => ({ id, label: languageName(id) }))}
      // One that the relay no longer offers is not that of the call.
      value={chosen !== null && others.includes(chosen) ? chosen : null}
      defaultLabel={languageName(usual)}
      missingLabel={languageName}
      onChange={(language) => changeSettings({ language })}
    />
  );
}
