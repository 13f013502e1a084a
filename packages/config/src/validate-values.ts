import { parseDuration } from '@stacyvm/duration';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { placeIn } from './config-file.js';
import { demandOf, hintFor } from './demand.js';
import type { ConfigProblem, ConfigProblemCode } from './errors.js';
import { DURATION_PATTERN, MAX_DURATION, MIN_DURATION, rulesOf } from './json-schema.js';
import { KNOWN_KEYS, type KnownKey } from './known-keys.js';
import type { Origin } from './origin.js';
import type { SourcedValue, SourcedValues } from './sourced-values.js';
import { TEXT_FORMATS } from './text-formats.js';

/** Checks values against the JSON Schema: one problem for each wrong value or part of one. */
export function validateValues(values: SourcedValues): readonly ConfigProblem[] {
  return [...values].flatMap(([key, sourced]) => {
    const known = KNOWN_KEYS.get(key);
    return known === undefined ? [] : validateValue(known, sourced);
  });
}

function validateValue(known: KnownKey, sourced: SourcedValue): readonly ConfigProblem[] {
  const validate = validatorOf(known);
  if (validate(sourced.value)) return [];
  const problems = new Map<string, ConfigProblem>();
  for (const error of validate.errors ?? []) {
    // A value of the wrong type breaks further rules, which say nothing more.
    if (error.keyword === 'type' || !problems.has(error.instancePath))
      problems.set(error.instancePath, problemOf(error, known, sourced));
  }
  return [...problems.values()];
}

const validators = new Map<string, ValidateFunction>();

/**
 * The part of the schema for one key, compiled when a value is there to be checked, and once for keys of the same rules:
 * compiling all of the schema takes longer than everything else that a load does.
 */
function validatorOf(known: KnownKey): ValidateFunction {
  const rules = rulesOf(known);
  const name = JSON.stringify(rules);
  const validate = validators.get(name) ?? compiler().compile(rules);
  validators.set(name, validate);
  return validate;
}

let ajv: Ajv | undefined;

function compiler(): Ajv {
  ajv ??= createCompiler();
  return ajv;
}

function createCompiler(): Ajv {
  const created = new Ajv({ allErrors: true, verbose: true, meta: false, validateSchema: false });
  for (const [name, { matches }] of Object.entries(TEXT_FORMATS))
    created.addFormat(name, { type: 'string', validate: (text: string) => text === '' || matches(text) });
  const duration = new RegExp(DURATION_PATTERN);
  const addLimit = (keyword: string, keeps: (milliseconds: number, limit: number) => boolean): void => {
    created.addKeyword({
      keyword,
      type: 'string',
      schemaType: 'string',
      validate: (limit: string, text: string) =>
        !duration.test(text) || keeps(millisecondsOf(text), parseDuration(limit)),
    });
  };
  addLimit(MIN_DURATION, (milliseconds, limit) => milliseconds >= limit);
  addLimit(MAX_DURATION, (milliseconds, limit) => milliseconds <= limit);
  return created;
}

/** What is too long to be counted is longer than any limit. */
function millisecondsOf(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function problemOf(error: ErrorObject, known: KnownKey, sourced: SourcedValue): ConfigProblem {
  const part = partOf(error);
  const origin = originOf(part, sourced);
  const demand = demandOf(known, part !== undefined, origin.kind === 'file');
  const hint = hintFor(known, error.data, part !== undefined, origin.kind === 'file');
  const message = `${subjectOf(part, sourced.value)}must be ${demand}${hint}`;
  return { code: codeOf(error), key: known.key, origin, message };
}

/** Within the value: the index in a list or the name in a map. */
function partOf({ instancePath }: ErrorObject): string | undefined {
  return instancePath === '' ? undefined : instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}

function subjectOf(part: string | undefined, value: unknown): string {
  if (part === undefined) return '';
  return Array.isArray(value) ? `item ${Number(part) + 1} ` : `${JSON.stringify(part.slice(0, 64))} `;
}

function originOf(part: string | undefined, { node, origin }: SourcedValue): Origin {
  if (part === undefined || node === undefined) return origin;
  if (node.kind === 'list') {
    const item = node.items[Number(part)];
    return item === undefined ? origin : placeIn(origin.name, item.position);
  }
  const entry = node.kind === 'map' ? node.entries.get(part) : undefined;
  return entry === undefined ? origin : placeIn(origin.name, entry.keyPosition);
}

function codeOf({ keyword, parentSchema }: ErrorObject): ConfigProblemCode {
  switch (keyword) {
    case 'type':
      return 'wrong_type';
    case 'minimum':
    case 'maximum':
    case 'not':
    case MIN_DURATION:
    case MAX_DURATION:
      return 'out_of_range';
    case 'pattern':
      return parentSchema?.['pattern'] === DURATION_PATTERN ? 'wrong_type' : 'secret_empty';
    default:
      return 'not_allowed';
  }
}
