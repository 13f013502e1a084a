import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExamineOptions, examine } from '../../src/doctor/examine.js';
import type { DoctorReport } from '../../src/doctor/report.js';
import type { CheckResult } from '../../src/doctor/run-checks.js';

/** A host to examine: a directory with a configuration and what belongs to it. */
export interface Patient {
  readonly directory: string;
  /** Writes a file, for its owner alone unless told, and returns its path. */
  write(name: string, text: string, mode?: number): string;
  examine(config: string, options?: Partial<ExamineOptions>): Promise<DoctorReport>;
  remove(): void;
}

export function createPatient(): Patient {
  const directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  const write = (name: string, text: string, mode = 0o600): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode });
    return path;
  };
  return {
    directory,
    write,
    examine: (config, options = {}) =>
      examine({
        configFile: write('stacyvm.yaml', config),
        role: 'control-plane',
        production: false,
        timeoutMs: 5_000,
        env: { HOME: '/nonexistent' },
        ...options,
      }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The result with this dotted id. */
export function resultOf({ checks }: DoctorReport, id: string): CheckResult {
  const all = checks.flatMap(withChildren);
  const found = all.find((result) => result.id === id);
  if (found === undefined) throw new Error(`no ${id} among ${all.map((result) => result.id).join(', ')}`);
  return found;
}

function withChildren(result: CheckResult): readonly CheckResult[] {
  return [result, ...result.checks.flatMap(withChildren)];
}
