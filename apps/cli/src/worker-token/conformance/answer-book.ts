import { printable } from '../printable.js';

type Answer = Readonly<Record<string, unknown>>;

/** Which request has which answer, in whatever order they come. */
export interface AnswerBook {
  readonly answers: ReadonlyMap<string, Answer>;
  /** Lines so far that answer no request. */
  readonly strayLines: number;
  /** Enters a line; false if it is no answer to a request that was still open. */
  enter(line: string): boolean;
  /** Notes a fault that is not about one line. */
  fault(message: string): void;
  faults(): readonly string[];
}

const MAX_QUOTED_LINES = 10;
const MAX_QUOTED_CHARACTERS = 120;

export function createAnswerBook(ids: readonly string[]): AnswerBook {
  const wanted = new Set(ids);
  const answers = new Map<string, Answer>();
  const faults: string[] = [];
  let strayLines = 0;

  const problemWith = (answer: Answer | undefined): string | undefined => {
    if (answer === undefined) return 'a line is not a JSON object';
    const id = answer['id'];
    if (typeof id !== 'string' || !wanted.has(id)) return 'a line has the id of no request';
    return answers.has(id) ? 'a request is answered twice' : undefined;
  };

  return {
    answers,
    get strayLines() {
      return strayLines;
    },
    enter(line) {
      const answer = parse(line);
      const problem = problemWith(answer);
      if (problem === undefined && answer !== undefined) {
        answers.set(String(answer['id']), answer);
        return true;
      }
      strayLines += 1;
      if (strayLines <= MAX_QUOTED_LINES) faults.push(`${problem}: ${shorten(line)}`);
      return false;
    },
    fault(message) {
      faults.push(message);
    },
    faults() {
      const more = strayLines - MAX_QUOTED_LINES;
      return more > 0 ? [...faults, `${more} more lines answer nothing`] : faults;
    },
  };
}

/** Text of a stranger, cut and made safe to print. */
export function shorten(text: string): string {
  const cut = text.length > MAX_QUOTED_CHARACTERS ? `${text.slice(0, MAX_QUOTED_CHARACTERS)}...` : text;
  return printable(cut);
}

function parse(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Answer) : undefined;
  } catch {
    return undefined;
  }
}
