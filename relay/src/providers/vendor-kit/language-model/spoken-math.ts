/** Mathematics by the signs of Unicode, which voices know in every language. */
interface SpokenMath {
  readonly length: number;
  readonly said: string;
}

const SIGNS: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω ' +
    'Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω ' +
    'times × cdot · div ÷ pm ± mp ∓ ast * leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ~ propto ∝ infty ∞ partial ∂ nabla ∇ sum ∑ prod ∏ int ∫ ' +
    'to → rightarrow → Rightarrow ⇒ implies ⇒ iff ⇔ leftarrow ← mapsto ↦ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ emptyset ∅ forall ∀ exists ∃ land ∧ lor ∨ neg ¬ ' +
    'circ ° degree ° ldots … dots … cdots … prime ′ angle ∠ perp ⊥ parallel ∥ therefore ∴ hbar ℏ ell ℓ mid | vert | lbrace { rbrace } langle ⟨ rangle ⟩'
  )
    .split(' ')
    .flatMap((each, index, all) => (index % 2 === 0 ? [[each, all[index + 1]!]] : [])),
);
/** They change how something looks, or where it stands. */
const LOOKS =
  /^(?:left|right|[bB]ig{1,2}[lr]?|quad|qquad|text\w*|math\w+|operatorname|boxed|mbox|displaystyle|limits|vec|hat|bar|tilde|overline|underline|begin|end|label|tag|hline|phantom|color)$/;
const RAISED = '0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻=⁼(⁽)⁾aᵃbᵇcᶜdᵈeᵉfᶠgᵍhʰiⁱjʲkᵏlˡmᵐnⁿoᵒpᵖrʳsˢtᵗuᵘvᵛwʷxˣyʸzᶻ°°';
const LOWERED = '0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋=₌(₍)₎aₐeₑhₕiᵢjⱼkₖlₗmₘnₙoₒpₚrᵣsₛtₜuᵤvᵥxₓ';

const GROUP = String.raw`\s*(?:\{([^{}]*)\}|([\dA-Za-z]))`;
const FRACTION = new RegExp(String.raw`\\[dtc]?frac${GROUP}${GROUP}`, 'g');
const ROOT = new RegExp(String.raw`\\sqrt(?:\[([^\]]*)\])?${GROUP}`, 'g');
const SCRIPT = /([_^])(?:\{([^{}\\]*)\}|([^\s{}\\]))/g;

const DELIMITED: readonly RegExp[] = [
  /^\\\(([\s\S]*?)\\\)/,
  /^\\\[([\s\S]*?)\\\]/,
  /^\$\$([\s\S]+?)\$\$/,
  /^\\begin\{(?:equation|align(?:ed)?|gather(?:ed)?|math|displaymath|cases|\w*matrix|array)\*?\}([\s\S]*?)\\end\{\w+\*?\}/,
];
const DELIMITED_SO_FAR = /^(?:\\\(|\\\[|\$\$(?!\$)|\\begin\{)/;
/** A dollar sign before an amount is one. */
const MONEY = /^\$\d[\d.,]*(?:\s|[A-Za-z]{2})/;
const INLINE = /^\$(?!\s)((?:[^$\n\\]|\\[^\n])+?)(?<!\s)\$(?!\d)/;
const MATHS = /[\\^_{}=+*/<>-]|^\w$|^\d+(?:[.,]\d+)?$/;
/** Words of a sentence: what has them between two dollar signs is about money. */
const WORDS = /(?<![\\{\p{L}])\p{L}{3,}[\s,.]/u;
const COMMAND = /^\\([A-Za-z]+)(?:\s*\{(?:[^{}\n]|\{[^{}\n]*\})*\})*/;
const COMMAND_SO_FAR =
  /^\\(?:[A-Za-z]*|[A-Za-z]+(?:\s*\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\s*\{(?:[^{}\n]|\{[^{}\n]*\}?)*)$/;
const POWER = /^\^(?:\{([^{}\n]{1,20})\}|(-?\d+|[A-Za-z])(?![A-Za-z\d]))/;
const POWER_SO_FAR = /^\^(?:\{[^{}\n]{0,20}|-?\d*|[A-Za-z])$/;

/**
 * LaTeX at the beginning of a text, between its delimiters or by a bare command.
 *
 * @param isWhole - as far as one looks
 * @returns undefined if it is something else; `more` if that is not known yet
 */
export function mathAt(ahead: string, isWhole: boolean): SpokenMath | 'more' | undefined {
  for (const delimited of DELIMITED) {
    const found = delimited.exec(ahead);
    if (found !== null) return { length: found[0].length, said: spokenMath(found[1]!) };
  }
  if (!isWhole && DELIMITED_SO_FAR.test(ahead)) return 'more';
  if (ahead.startsWith('$')) return inDollars(ahead, isWhole);
  if (ahead.startsWith('^')) {
    const [whole, group, single] = POWER.exec(ahead) ?? [];
    if (!isWhole && POWER_SO_FAR.test(ahead)) return 'more';
    return whole === undefined
      ? undefined
      : { length: whole.length, said: spokenMath(`^{${group ?? single}}`) };
  }
  if (!isWhole && COMMAND_SO_FAR.test(ahead)) return 'more';
  const command = COMMAND.exec(ahead);
  if (command === null) return undefined;
  const [{ length }, name] = command;
  const isKnown =
    SIGNS[name!] !== undefined || /^(?:[dtc]?frac|sqrt|text\w*|math\w+|boxed)$/.test(name!);
  if (!isKnown) return undefined;
  if (!isWhole && length === ahead.length) return 'more';
  return { length, said: spokenMath(command[0]) };
}

function inDollars(ahead: string, isWhole: boolean): SpokenMath | 'more' | undefined {
  if (MONEY.test(ahead)) return undefined;
  const [whole, content] = INLINE.exec(ahead) ?? [];
  if (whole === undefined || content === undefined) {
    return !isWhole && /^\$(?!\s)[^$\n]*$/.test(ahead) && !WORDS.test(ahead) ? 'more' : undefined;
  }
  // The next character may make the second one the sign of another amount.
  if (!isWhole && whole.length === ahead.length) return 'more';
  if (!MATHS.test(content) || WORDS.test(content)) return undefined;
  return { length: whole.length, said: spokenMath(content) };
}

/** LaTeX without its marks. */
function spokenMath(latex: string): string {
  let text = latex;
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replaceAll(FRACTION, (_, a, b, c, d) => `${operand(a ?? b)}/${operand(c ?? d)}`)
      .replaceAll(ROOT, (_, degree = '', a, b) => `${scripted(degree, RAISED)}√${operand(a ?? b)}`)
      .replaceAll(SCRIPT, (_, mark, a, b) => scripted(a ?? b, mark === '^' ? RAISED : LOWERED))
      .replaceAll(/\\([A-Za-z]+)\*?(?![A-Za-z])/g, (whole, name: string) =>
        /frac|sqrt/.test(name) ? whole : (SIGNS[name] ?? (LOOKS.test(name) ? '' : name)),
      );
  }
  return text
    .replaceAll(/(?<=\p{L})\{/gu, ' ')
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\\\\|[&$]|\\[,;:! ]/g, ' ')
    .replaceAll(/\\(.)|[\\^_]/g, ' $1')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** In brackets, unless it is one number or name. */
function operand(text: string): string {
  return /^\s*[\p{L}\p{N}.,]*\s*$/u.test(text) ? text.trim() : `(${text.trim()})`;
}

/** @returns the text raised or lowered; beside the one before it if Unicode has no such characters */
function scripted(text: string, signs: string): string {
  const raised = [...text.trim()].map((each) => {
    const at = signs.indexOf(each);
    return at % 2 === 0 ? signs[at + 1] : undefined;
  });
  return raised.includes(undefined) ? ` ${text} ` : raised.join('');
}
