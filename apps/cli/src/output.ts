import type { Argv } from 'yargs';

/** `--format` for commands that print a result. */
export function formatOption<T>(yargs: Argv<T>) {
  return yargs.option('format', {
    choices: ['text', 'json'] as const,
    default: 'text' as const,
    describe: 'text for people, json for programs',
  });
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What accompanies a result, on standard error, so that the result alone can be piped on. */
export function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Rows under headings, padded to columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A time for people: the date, the time of day and the zone. */
export function localTime(timestamp: string): string {
  return `${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)}Z`;
}

/** Everything that an iteration yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
