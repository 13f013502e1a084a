const STANDARD_FIELDS: ReadonlySet<string> = new Set(['time', 'level', 'service', 'message']);

/** One log record as a line for people: time of day, level, message, then the other fields as `name=value`. */
export function formatPretty(record: Readonly<Record<string, unknown>>): string {
  const time = String(record['time'] ?? '').slice(11, 23);
  const level = String(record['level'] ?? 'info')
    .toUpperCase()
    .padEnd(5);
  const fields = Object.entries(record)
    .filter(([name, value]) => !STANDARD_FIELDS.has(name) && value !== undefined)
    .map(([name, value]) => `${name}=${printed(value)}`);
  return [time, level, String(record['message'] ?? ''), ...fields].filter((part) => part !== '').join(' ');
}

function printed(value: unknown): string {
  if (typeof value === 'string') return /[\s"=]/.test(value) || value === '' ? JSON.stringify(value) : value;
  if (isErrorRecord(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

function isErrorRecord(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}
