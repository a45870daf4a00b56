interface SpokenMath {
  readonly length: number;
  readonly said: string;
}

/** Mathematics by the signs of Unicode, which voices know in every language. */
const SIGNS: ReadonlyMap<string, string> = new Map(
  (
    'alpha α beta β gamma γ delta δ epsilon ε theta θ lambda λ mu μ pi π rho ρ sigma σ tau τ phi φ psi ψ omega ω ' +
    'Gamma Γ Delta Δ Theta Θ Lambda Λ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω sum ∑ prod ∏ int ∫ partial ∂ nabla ∇ infty ∞ ' +
    'times × cdot · div ÷ pm ± leq ≤ le ≤ geq ≥ ge ≥ neq ≠ ne ≠ approx ≈ equiv ≡ sim ~ propto ∝ circ ° degree ° ' +
    'to → rightarrow → Rightarrow ⇒ implies ⇒ iff ⇔ in ∈ notin ∉ subset ⊂ cup ∪ cap ∩ forall ∀ exists ∃ ldots … dots … cdots …'
  )
    .match(/\w+ \S+/g)!
    .map((pair) => pair.split(' ') as [string, string]),
);
/** They change how something looks, or where it stands; so does what has a group behind it. */
const LOOKS = /\\(?:left|right|quad|qquad|displaystyle|(?:begin|end)\{[\w*]*\}|[A-Za-z]+(?=\{))/g;

/** Each behind what it stands for. */
const RAISED = '0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹+⁺-⁻nⁿiⁱxˣ';
const LOWERED = '0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉+₊-₋nₙiᵢjⱼ';

const GROUP = String.raw`\s*(?:\{([^{}]*)\}|(\w))`;
const FRACTION = new RegExp(String.raw`\\[dt]?frac${GROUP}${GROUP}`, 'g');
const ROOT = new RegExp(String.raw`\\sqrt(?:\[(\d)\])?${GROUP}`, 'g');
const SCRIPT = /([_^])(?:\{([^{}\\]*)\}|([^\s{}\\]))/g;

const DELIMITED = /^(?:\\\(([\s\S]*?)\\\)|\\\[([\s\S]*?)\\\]|\$\$([\s\S]+?)\$\$)/;
const DELIMITED_SO_FAR = /^(?:\\\(|\\\[|\$\$(?!\$)|\\$)/;
/** A command of its own, with its groups, and what stands above and below. */
const GROUPS = String.raw`(?:[_^]?\{(?:[^{}\n]|\{[^{}\n]*\})*\}|[_^]\w)*`;
const COMMAND = new RegExp(String.raw`^\\([A-Za-z]+)${GROUPS}`);
const COMMAND_SO_FAR = new RegExp(
  String.raw`^\\[A-Za-z]+${GROUPS}(?:[_^]?(?:\{(?:[^{}\n]|\{[^{}\n]*\}?)*)?)?$`,
);
/** Between single dollar signs: neither a sentence nor an amount of money, which is not held back. */
const INLINE = /^\$(?!\s|\d[\d.,]*(?:\s|[A-Za-z]{2}))((?:[^$\n\\]|\\[^\n])+?)(?<!\s)\$(?!\d)/;
const INLINE_SO_FAR = /^\$(?!\s|\d[\d.,]*(?:\s|[A-Za-z]{2}))[^$\n]*\$?$/;
const WORDS = /(?<![\\{\p{L}])\p{L}{3,}[\s,.]/u;
const MATHS = /[\\^_{}=+*/<>]|^\w$|^\d+(?:[.,]\d+)?$/;

/**
 * LaTeX at the beginning of a text, between its delimiters or by a bare command.
 *
 * @param isWhole - as far as one looks
 * @returns undefined if it is something else; `more` if that is not known yet
 */
export function mathAt(ahead: string, isWhole: boolean): SpokenMath | 'more' | undefined {
  const [whole, ...contents] = DELIMITED.exec(ahead) ?? [];
  if (whole !== undefined) {
    return { length: whole.length, said: spokenMath(contents.find(Boolean) ?? '') };
  }
  const isOpen = INLINE_SO_FAR.test(ahead) && !WORDS.test(ahead);
  const isMore = isOpen || DELIMITED_SO_FAR.test(ahead) || COMMAND_SO_FAR.test(ahead);
  if (isMore && !isWhole) return 'more';
  const [inline, content = ''] = INLINE.exec(ahead) ?? [];
  if (inline !== undefined && MATHS.test(content) && !WORDS.test(content)) {
    return { length: inline.length, said: spokenMath(content) };
  }
  const [command, name = ''] = COMMAND.exec(ahead) ?? [];
  const isKnown = SIGNS.has(name) || /^(?:[dt]?frac|sqrt|text\w*|math\w+|boxed)$/.test(name);
  if (command === undefined || !isKnown) return undefined;
  return { length: command.length, said: spokenMath(command) };
}

/** LaTeX without its marks. */
function spokenMath(latex: string): string {
  let text = latex;
  for (let before = ''; before !== text;) {
    before = text;
    text = text
      .replaceAll(FRACTION, (_, a, b, c, d) => `${operand(a ?? b)}/${operand(c ?? d)}`)
      .replaceAll(ROOT, (_, degree = '', a, b) => `${scripted(degree, RAISED)}√${operand(a ?? b)}`)
      .replaceAll(SCRIPT, (_, mark, a, b) => scripted(a ?? b, mark === '^' ? RAISED : LOWERED));
  }
  return text
    .replaceAll(LOOKS, '')
    .replaceAll(/\\([A-Za-z]+)/g, (_, name: string) => SIGNS.get(name) ?? name)
    .replaceAll(/[{}]/g, '')
    .replaceAll(/\\[\\,;:! ]|[&$^_]/g, ' ')
    .replaceAll('\\', '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** In brackets, unless it is one number or name. */
function operand(text: string): string {
  return /^[\p{L}\p{N}.,\\]*$/u.test(text.trim()) ? text.trim() : `(${text.trim()})`;
}

/** @returns the text raised or lowered; beside the one before it if Unicode has no such characters */
function scripted(text: string, signs: string): string {
  const raised = [...text].map((each) => signs[signs.indexOf(each) + 1]);
  return [...text].every((each) => signs.includes(each)) ? raised.join('') : ` ${text} `;
}
