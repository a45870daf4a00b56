import type { Stages } from '../../call/stages/stages.ts';
import { isRelayProvider } from '../../call/stages/provider.ts';
import { invalid } from './errors.ts';
import { CLOSED_VOCABULARY } from './transcribe.ts';

/** The names that programs have in their menus; the relay's own order of providers decides. */
const ALIASES = {
  transcriber: ['whisper-1', 'gpt-4o-transcribe', 'gpt-4o-mini-transcribe'],
  synthesizer: ['tts-1', 'tts-1-hd', 'gpt-4o-mini-tts'],
} as const;

/** As OpenAI lists models; `description` is the relay's own. */
export interface Model {
  readonly id: string;
  readonly object: 'model';
  /** s since 1970; the relay does not know it. */
  readonly created: 0;
  /** The provider that is asked first. */
  readonly owned_by: string;
  readonly description: string;
}

/** What the relay can transcribe and speak with. */
export function modelsOf(stages: Stages): readonly Model[] {
  const isClosed = stages.transcriber.phraseState('') !== undefined;
  const about = {
    transcriber: isClosed ? `Transcribes. ${CLOSED_VOCABULARY}` : 'Transcribes.',
    synthesizer: 'Speaks.',
  };
  return (['transcriber', 'synthesizer'] as const).flatMap((stage) => {
    const providers = stages.ladder.order(stage).filter(isRelayProvider);
    const first = stages.ladder.active(stage);
    if (providers.length === 0) return [];
    const model = (id: string, owner: string): Model => ({
      ...{ id, object: 'model', created: 0, owned_by: owner, description: about[stage] },
    });
    return [
      ...ALIASES[stage].map((id) => model(id, first)),
      ...providers.map((name) => model(`${name}-${stage}`, name)),
    ];
  });
}

/** The voices that may be named, as programs beside OpenAI's ask for them. */
export function listedVoices(stages: Stages, language?: string) {
  return stages.synthesizer.offer(language).voices.map(({ id, label }) => ({ id, name: label }));
}

/** OpenAI's voices; each is one of the relay's, as far as there are so many. */
const OPENAI_VOICES: readonly string[] = [
  ...['alloy', 'echo', 'fable', 'onyx', 'nova', 'shimmer'],
  ...['ash', 'ballad', 'coral', 'sage', 'verse', 'marin', 'cedar'],
];

/**
 * The voice that is meant by a name.
 *
 * @param language - BCP 47
 * @throws RequestFault if it is neither the relay's nor OpenAI's
 */
export function voiceNamed(name: string | undefined, stages: Stages, language: string): string {
  const { voices } = stages.synthesizer.offer(language);
  const own = voices.find(({ id }) => id === name);
  if (own !== undefined) return own.id;
  const index = name === undefined ? 0 : OPENAI_VOICES.indexOf(name);
  if (index < 0) {
    throw invalid('voice', `The relay has the voices ${voices.map(({ id }) => id).join(', ')}.`);
  }
  return voices[index % voices.length]?.id ?? '';
}
