/** One simple command of a line: run when the line's status so far allows it. */
export interface MockStep {
  readonly when: 'always' | 'success' | 'failure';
  readonly words: readonly string[];
  /** `>&2`: its output goes to stderr. */
  readonly toStderr: boolean;
}

type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'operator'; readonly text: string };

const OPERATORS = ['&&', '||', '>&2', '1>&2', ';', '\n'];
const VARIABLE = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/;

/**
 * Understands simple commands joined by `;`, newline, `&&` and `||`, quotes, `$NAME` and `>&2`. Anything else of a shell's language
 * is taken as ordinary text.
 */
export function parseMockShell(source: string, env: ReadonlyMap<string, string>): readonly MockStep[] {
  const steps: MockStep[] = [];
  let words: string[] = [];
  let toStderr = false;
  let when: MockStep['when'] = 'always';
  const finish = (next: MockStep['when']) => {
    if (words.length > 0) steps.push({ when, words, toStderr });
    words = [];
    toStderr = false;
    when = next;
  };
  for (const { kind, text } of tokenize(source, env)) {
    if (kind === 'word') words.push(text);
    else if (text.endsWith('>&2')) toStderr = true;
    else finish(text === '&&' ? 'success' : text === '||' ? 'failure' : 'always');
  }
  finish('always');
  return steps;
}

function* tokenize(source: string, env: ReadonlyMap<string, string>): Generator<Token> {
  let word: string | undefined;
  for (let at = 0; at < source.length; ) {
    const rest = source.slice(at);
    const operator = OPERATORS.find((text) => rest.startsWith(text));
    // "1>&2" is a redirection only where a word could begin.
    const isOperator = operator !== undefined && !(operator === '1>&2' && word !== undefined);
    if (isOperator || /^\s/.test(rest)) {
      if (word !== undefined) yield { kind: 'word', text: word };
      word = undefined;
      if (isOperator) yield { kind: 'operator', text: operator };
      at += isOperator ? operator.length : 1;
      continue;
    }
    const [text, length] = readPiece(rest, env);
    word = (word ?? '') + text;
    at += length;
  }
  if (word !== undefined) yield { kind: 'word', text: word };
}

/** A quoted text, a variable or one character: what it stands for, and how much of the source it took. */
function readPiece(rest: string, env: ReadonlyMap<string, string>): readonly [text: string, length: number] {
  const quote = rest[0];
  if (quote === "'" || quote === '"') {
    const end = rest.indexOf(quote, 1);
    const inside = rest.slice(1, end === -1 ? undefined : end);
    return [quote === '"' ? expand(inside, env) : inside, inside.length + 2];
  }
  if (quote === '\\') return [rest[1] ?? '', 2];
  const variable = VARIABLE.exec(rest);
  if (variable !== null) return [env.get(variable[1] ?? variable[2] ?? '') ?? '', variable[0].length];
  return [quote ?? '', 1];
}

function expand(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g,
    (_, braced: string | undefined, plain: string | undefined) => env.get(braced ?? plain ?? '') ?? '',
  );
}
