import type { ConfigProblem, ConfigProblemCode } from './errors.js';
import { KNOWN_KEYS, type KnownKey, SECTIONS, unsupportedPart } from './known-keys.js';
import type { Origin } from './origin.js';
import { parseText } from './parse-text.js';
import { UNSUPPORTED_SETTINGS } from './settings/unsupported.js';
import { environmentName } from './settings.js';
import type { SourcedValues, SourceReading } from './sourced-values.js';
import { suggestName } from './suggestion.js';

const PREFIX = 'STACYVM_';

/** Variables that clients, scripts and sandboxes read, and no setting. */
const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  'STACYVM_CONFIG',
  'STACYVM_API_KEY',
  'STACYVM_API_KEY_FILE',
  'STACYVM_CA_FILE',
  'STACYVM_TENANT',
  'STACYVM_URL',
  'STACYVM_EXEC_ID',
]);

/** What Kubernetes puts into every container for a Service whose name begins with `stacyvm`. */
const SERVICE_LINK =
  /_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/;
const SERVICE_LINK_VALUE = /^(tcp|udp|sctp):\/\//;

const KEYS: ReadonlyMap<string, KnownKey> = new Map(
  [...KNOWN_KEYS.values()].map((known) => [environmentName(known.key), known]),
);
const SECTION_NAMES: ReadonlyMap<string, string> = new Map(
  [...SECTIONS].map((section) => [environmentName(section), section]),
);
const UNSUPPORTED_NAMES: readonly (readonly [name: string, key: string])[] = Object.keys(UNSUPPORTED_SETTINGS)
  .map((key) => key.replace(/\.\*$/, ''))
  .map((key) => [environmentName(key), key]);

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the `STACYVM_…` variables, in the order of their names. Those that are empty count as unset. */
export function readEnvironment(env: Environment, cwd: string): SourceReading {
  const values: SourcedValues = new Map();
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (!name.startsWith(PREFIX) || text === undefined || text === '') continue;
    const origin: Origin = { kind: 'environment', name };
    const known = KEYS.get(name);
    const problem = judge(name, text, known);
    if (problem?.fatal)
      problems.push({ code: problem.code, key: problem.key, origin, message: problem.message });
    else if (problem !== undefined)
      warnings.push({ code: problem.code, key: problem.key, origin, message: problem.message });
    else if (known !== undefined) {
      const value = known.form === 'value' ? parseText(known.definition, text) : text;
      values.set(known.key, { value, origin, baseDir: cwd });
    }
  }
  return { values, problems, warnings };
}

interface Judgement {
  readonly fatal: boolean;
  readonly code: ConfigProblemCode;
  readonly key: string;
  readonly message: string;
}

function judge(name: string, text: string, known: KnownKey | undefined): Judgement | undefined {
  if (known !== undefined) {
    return isServiceLink(known, text)
      ? { fatal: true, code: 'wrong_type', key: known.key, message: SERVICE_LINK_ADVICE }
      : undefined;
  }
  const section = SECTION_NAMES.get(name);
  if (section !== undefined) {
    return {
      fatal: true,
      code: 'unknown_variable',
      key: section,
      message: `is a section, not a setting; set a variable below it, such as ${exampleBelow(name)}`,
    };
  }
  if (OTHER_VARIABLES.has(name) || SERVICE_LINK.test(name) || SERVICE_LINK_VALUE.test(text)) return undefined;
  const unsupported = UNSUPPORTED_NAMES.find(([part]) => name === part || name.startsWith(`${part}_`));
  if (unsupported !== undefined) {
    const [, key] = unsupported;
    const reason = unsupportedPart(key)?.reason ?? '';
    return { fatal: false, code: 'unsupported', key, message: `is not supported here: ${reason}; remove it` };
  }
  const near = suggestName(name, [...KEYS.keys()]);
  return {
    fatal: false,
    code: 'unknown_variable',
    key: name,
    message: `is not the variable of a setting${near === undefined ? '' : `; did you mean ${near}?`}`,
  };
}

const SERVICE_LINK_ADVICE =
  'was set by Kubernetes for a Service of that name; set enableServiceLinks: false in the pod, or rename the Service';

function isServiceLink({ definition, form }: KnownKey, text: string): boolean {
  return form === 'value' && definition.type !== 'secret' && SERVICE_LINK_VALUE.test(text);
}

function exampleBelow(sectionName: string): string {
  return [...KEYS.keys()].find((name) => name.startsWith(`${sectionName}_`)) ?? sectionName;
}
