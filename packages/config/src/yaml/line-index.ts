import type { YamlPosition } from './node.js';

const LINE_BREAK = /\r\n|\n|\r/g;

/** Prepares to tell the line and column of offsets in a text, each in logarithmic time. */
export function indexLines(text: string): (offset: number) => YamlPosition {
  const starts = [0];
  for (const match of text.matchAll(LINE_BREAK)) starts.push(match.index + match[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
