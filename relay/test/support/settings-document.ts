import { CORE_SETTINGS } from '../../src/config/core-settings.ts';
import type { Settings } from '../../src/config/settings.ts';
import { ORDER_SETTINGS } from '../../src/registry/configuration.ts';
import { VENDORS as ALL_VENDORS } from '../../src/registry/vendors.ts';

/** Further servers of a kind have the first one's settings; the introduction says how they are named. */
const VENDORS = ALL_VENDORS.filter(({ repeats }) => repeats === undefined);

interface Section {
  readonly title: string;
  readonly settings: Settings;
}

const INTRODUCTION = `# Configuration

Parley needs none: \`npm start\` runs with its own recogniser, assistant and voice. Everything below is an environment variable, or a line of a file \`.env\` in the project's folder (copy [.env.example](../.env.example)); a variable that is really set wins over the file. An empty value means “not set”.

All errors are reported at once before anything listens, each with the variable's name, the value found and the values accepted. \`npm run doctor\` then tries every provider with a live round trip.

A key is enough to use a vendor: vendors with a key listen, answer and speak, in the order in which they stand below; \`TRANSCRIBERS\`, \`GENERATORS\` and \`SYNTHESIZERS\` choose another order, or fewer. The first healthy one is used; when it fails, the next takes over.

Any server that speaks the OpenAI API (Ollama, vLLM, llama.cpp, LM Studio, speaches, LocalAI, Kokoro-FastAPI) is used by its address and the names of its models:

\`\`\`sh
COMPATIBLE_BASE_URL=http://localhost:11434/v1
COMPATIBLE_CHAT_MODEL=llama3.2
\`\`\`

If each stage has a server of its own, each has an address of its own; [own-servers.md](own-servers.md) sets up a Parley of which nothing leaves the machine, step by step. Further servers of the same kind stand in for the first: \`COMPATIBLE_2_CHAT_BASE_URL\` to \`COMPATIBLE_9_CHAT_BASE_URL\`, and likewise every other \`COMPATIBLE_…\` setting. They are called \`compatible-2\` to \`compatible-9\`, and each has a health of its own.

Secrets (marked so) never appear in logs, errors, tables or anything a client is sent.
`;

/** docs/configuration.md, generated from the declarations. */
export function settingsDocument(): string {
  const parts = sections().map(({ title, settings }) => {
    const rows = Object.entries(settings).map(
      ([name, { type, unit, about, isSecret, ...rest }]) => {
        const kind = unit === undefined ? type : `${type}; ${unit}`;
        const fallback = shown(rest.default);
        const note = isSecret === true ? `${about} Secret.` : about;
        return `| \`${name}\` | ${cell(kind)} | ${fallback} | ${cell(note)} |`;
      },
    );
    return `## ${title}\n\n| variable | accepts | default | what it does |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...parts].join('\n');
}

/** .env.example: every setting, commented out, with its default. */
export function environmentExample(): string {
  const parts = sections().map(({ title, settings }) => {
    const entries = Object.entries(settings).map(([name, { about, type, unit, ...rest }]) => {
      const kind = unit === undefined ? type : `${type}; ${unit}`;
      const isWritable = rest.default !== undefined && !rest.default.includes(' ');
      return `# ${plain(about)}\n# (${plain(kind)})\n#${name}=${isWritable ? rest.default : ''}\n`;
    });
    return `# --- ${title} ---\n\n${entries.join('\n')}`;
  });
  return `# Copy this to .env and take the # from the lines you need. What each means in full:\n# docs/configuration.md\n\n${parts.join('\n')}`;
}

function sections(): readonly Section[] {
  const seen = new Set<string>();
  const unseen = (settings: Settings): Settings =>
    Object.fromEntries(
      Object.entries(settings).filter(([name]) => {
        if (seen.has(name)) return false;
        seen.add(name);
        return true;
      }),
    );
  const counts = new Map<string, number>();
  for (const vendor of VENDORS) {
    for (const name of Object.keys(vendor.settings)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const shared = Object.assign({}, ...VENDORS.map(({ settings }) => settings)) as Settings;
  return [
    { title: 'Providers and their order', settings: unseen(ORDER_SETTINGS) },
    {
      title: 'What all language models share',
      settings: unseen(
        Object.fromEntries(Object.entries(shared).filter(([name]) => counts.get(name)! > 1)),
      ),
    },
    ...VENDORS.map(({ label, settings }) => ({ title: label, settings: unseen(settings) })),
    { title: 'The relay', settings: unseen(CORE_SETTINGS) },
  ].filter(({ settings }) => Object.keys(settings).length > 0);
}

function shown(fallback: string | undefined): string {
  if (fallback === undefined) return '–';
  return fallback.includes(' ') ? fallback : `\`${fallback}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}
