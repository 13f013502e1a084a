import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ConfigProblem } from '../errors.js';
import type { LoadedSettings } from '../load-settings.js';
import type { Origin } from '../origin.js';
import { SETTINGS, type SettingKey, type Settings } from '../settings.js';
import type { LintRole } from './finding.js';
import type { PolicyFinding, PolicyReading } from './rules/policies.js';

/** What checks look at. */
export interface LintView {
  readonly loaded: LoadedSettings;
  readonly settings: Settings;
  readonly warnings: readonly ConfigProblem[];
  readonly policyFindings: readonly PolicyFinding[];
  /** Undefined: nobody wants to know about the store. */
  readonly policyReading: PolicyReading | undefined;
  readonly role: LintRole;
  readonly now: Date;
  /** The name of this machine, which a worker without `worker.id` takes. */
  readonly hostname: string;
  /** The content of a certificate or key. */
  readonly readFile: (path: string) => Buffer;
  /** Whether the program of this role reads a setting, or the file form of one. What is none concerns everybody. */
  readonly reads: (key: string) => boolean;
  readonly origin: (key: SettingKey) => Origin;
  /** Whether somebody set it, rather than its default. */
  readonly isSet: (key: SettingKey) => boolean;
  /** Whether a secret comes from a file of its own. */
  readonly isFileBacked: (key: SettingKey) => boolean;
}

export interface ViewOptions {
  readonly role: LintRole;
  readonly now: Date;
  readonly hostname?: string | undefined;
  readonly readFile?: ((path: string) => Buffer) | undefined;
  readonly policyFindings?: readonly PolicyFinding[] | undefined;
  readonly policyReading?: PolicyReading | undefined;
}

const MAX_FILE_BYTES = 1024 * 1024;

export function viewOf(loaded: LoadedSettings, options: ViewOptions): LintView {
  const { role } = options;
  const origin = (key: SettingKey): Origin => loaded.origins[key];
  return {
    loaded,
    settings: loaded.settings,
    warnings: loaded.warnings,
    policyFindings: options.policyFindings ?? [],
    policyReading: options.policyReading,
    role,
    now: options.now,
    hostname: options.hostname ?? hostname(),
    readFile: options.readFile ?? readSmallFile,
    reads: (key) => role === 'all' || [undefined, 'both', role].includes(readerOf(key)),
    origin,
    isSet: (key) => origin(key).kind !== 'default',
    isFileBacked: (key) => origin(key).kind === 'secret_file',
  };
}

function readerOf(key: string): string | undefined {
  const settings: Readonly<Record<string, { readonly readBy: string }>> = SETTINGS;
  return (settings[key] ?? settings[key.replace(/_(?:file|dir)$/, '')])?.readBy;
}

/** Not a pipe, which would block, and not more than a certificate can be. */
function readSmallFile(path: string): Buffer {
  const status = statSync(path);
  if (!status.isFile()) throw new NotReadable('is not a file');
  if (status.size > MAX_FILE_BYTES) throw new NotReadable('is larger than 1 MiB');
  return readFileSync(path);
}

/** Why a file is not read, in words. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable';
}
