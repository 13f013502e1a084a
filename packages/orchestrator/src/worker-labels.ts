import type { WorkerRecord } from '@stacyvm/store';

/** More labels than this are not looked at. */
const MAX_LABELS = 64;
const MAX_LENGTH = 128;

/** The labels that a worker carries, as its heartbeats say it; what is not a text is none. */
export function labelsOf({ capacity }: Pick<WorkerRecord, 'capacity'>): Readonly<Record<string, string>> {
  const told = capacity?.['labels'];
  if (typeof told !== 'object' || told === null || Array.isArray(told)) return {};
  const labels = Object.entries(told).filter(
    (label): label is [string, string] =>
      typeof label[1] === 'string' && label[0].length <= MAX_LENGTH && label[1].length <= MAX_LENGTH,
  );
  return Object.fromEntries(labels.slice(0, MAX_LABELS));
}

/** Whether a worker carries each of these labels with this very value. */
export function satisfies(
  worker: Pick<WorkerRecord, 'capacity'>,
  requirements: Readonly<Record<string, string>>,
): boolean {
  const wanted = Object.entries(requirements);
  if (wanted.length === 0) return true;
  const labels = new Map(Object.entries(labelsOf(worker)));
  return wanted.every(([name, value]) => labels.get(name) === value);
}
