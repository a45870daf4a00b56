import { mutated, type Kind, type Mutation } from './mutation.ts';
import { childrenOf, isNode, parse, type SyntaxNode } from './syntax.ts';

const SWAPPED: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>': '<<',
  '+=': '-=',
  '-=': '+=',
  '*=': '/=',
  '/=': '*=',
  '++': '--',
  '--': '++',
};

/** A value with a type beside it: the value counts. All other nodes of TypeScript's own are types. */
const TYPED_VALUES = ['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression'];
/** The operators whose test may be the other way round. */
const TESTING = ['IfStatement', 'ConditionalExpression', 'WhileStatement', 'DoWhileStatement'];
const LOG_CALL = /(^|[.#])\w*log(ger)?(\??\.(trace|debug|info|warn|error|fatal|child))?$/i;
/** Below it, one more is a visible change; above, a deadline one millisecond later is not. */
const SMALL = 10;

/** Every mutation of a source; `isSound` says of one whether the result is still TypeScript. */
export function mutationsIn(file: string, source: string): Mutation[] {
  const lines = source.split('\n');
  const found: Mutation[] = [];

  const add = (kind: Kind, start: number, end: number, replacement: string) => {
    const before = source.slice(0, start).split('\n');
    const row = before.length - 1;
    const text = lines[row] ?? '';
    found.push({
      file,
      kind,
      line: row + 1,
      text,
      occurrence: lines.slice(0, row).filter((line) => line === text).length,
      column: before.at(-1)?.length ?? 0,
      original: source.slice(start, end),
      replacement,
    });
  };

  const visit = (node: SyntaxNode): void => {
    if (isWithoutEffect(node, source)) return;
    if (node.type.startsWith('TS')) {
      if (TYPED_VALUES.includes(node.type) && isNode(node['expression'])) visit(node['expression']);
      return;
    }
    const mutation = mutationOf(node, source);
    if (mutation !== undefined) add(...mutation);
    const test = node['test'];
    if (TESTING.includes(node.type) && isNode(test) && !isEquality(test)) {
      add('condition', test.start, test.end, negated(test, source));
    }
    for (const child of childrenOf(node)) {
      // The name of a property says what it is, as a type does.
      if (node['key'] === child && node['computed'] !== true) continue;
      // A loop that counts backwards does not end: that needs no test to be found.
      if (node.type === 'ForStatement' && node['update'] === child) continue;
      visit(child);
    }
  };

  visit(parse(source));
  return found;
}

export function isSound(source: string, mutation: Mutation): boolean {
  const changed = mutated(source, mutation);
  if (changed === undefined) return false;
  try {
    parse(changed);
    return true;
  } catch {
    return false;
  }
}

/** Code that no test is about: imports, declarations, logs, and sentences for a person. */
function isWithoutEffect(node: SyntaxNode, source: string): boolean {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ThrowStatement':
      return true;
    case 'NewExpression':
      return textOf(node['callee'], source).endsWith('Error');
    case 'CallExpression':
      return LOG_CALL.test(textOf(node['callee'], source));
    default:
      return node['declare'] === true;
  }
}

function mutationOf(node: SyntaxNode, source: string): [Kind, number, number, string] | undefined {
  const { type, start, end } = node;
  switch (type) {
    case 'Literal':
      if (typeof node['value'] === 'boolean') return ['boolean', start, end, `${!node['value']}`];
      if (typeof node['value'] === 'number') {
        return ['number', start, end, `${shifted(node['value'])}`];
      }
      return undefined;
    case 'UnaryExpression':
      if (node['operator'] !== '!' || !isNode(node['argument'])) return undefined;
      return ['boolean', start, end, negated(node, source)];
    case 'ExpressionStatement':
      return isDroppable(node['expression'], source) ? ['call', start, end, ';'] : undefined;
    case 'ReturnStatement': {
      const value = node['argument'];
      if (!isNode(value) || value.type === 'Literal') return undefined;
      if (textOf(value, source) === 'undefined' || value['operator'] === 'void') return undefined;
      return ['return', value.start, value.end, 'undefined'];
    }
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression':
      return swapBetween(node['left'], node['right'], node, source);
    case 'UpdateExpression': {
      const operator = String(node['operator']);
      const at = node['prefix'] === true ? start : end - operator.length;
      return ['operator', at, at + operator.length, SWAPPED[operator] ?? operator];
    }
    default:
      return undefined;
  }
}

function swapBetween(
  left: unknown,
  right: unknown,
  node: SyntaxNode,
  source: string,
): [Kind, number, number, string] | undefined {
  const operator = String(node['operator']);
  const swapped = SWAPPED[operator];
  if (swapped === undefined || !isNode(left) || !isNode(right)) return undefined;
  // Text is put together, and one text cannot be taken from another.
  if (operator.startsWith('+') && (isText(left) || isText(right))) return undefined;
  const at = left.end + source.slice(left.end, right.start).indexOf(operator);
  return ['operator', at, at + operator.length, swapped];
}

function isText(node: SyntaxNode): boolean {
  if (node.type === 'TemplateLiteral') return true;
  if (node.type === 'Literal') return typeof node['value'] === 'string';
  if (node.type !== 'BinaryExpression' || node['operator'] !== '+') return false;
  return [node['left'], node['right']].some((side) => isNode(side) && isText(side));
}

function isDroppable(expression: unknown, source: string): boolean {
  if (!isNode(expression)) return false;
  switch (expression.type) {
    case 'AwaitExpression':
      return isDroppable(expression['argument'], source);
    case 'ChainExpression':
      return isDroppable(expression['expression'], source);
    case 'UnaryExpression':
      return expression['operator'] === 'void' && isDroppable(expression['argument'], source);
    case 'CallExpression':
      return (
        textOf(expression['callee'], source) !== 'super' && !isWithoutEffect(expression, source)
      );
    default:
      return false;
  }
}

function isEquality(node: SyntaxNode): boolean {
  return /^[!=]==$/.test(String(node['operator']));
}

function negated(test: SyntaxNode, source: string): string {
  if (test['operator'] === '!' && isNode(test['argument'])) {
    return `(${textOf(test['argument'], source)})`;
  }
  return `!(${textOf(test, source)})`;
}

function shifted(value: number): number {
  return Number.isInteger(value) && value < SMALL ? value + 1 : value * 2;
}

function textOf(node: unknown, source: string): string {
  return isNode(node) ? source.slice(node.start, node.end) : '';
}
