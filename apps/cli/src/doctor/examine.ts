import { ConfigError } from '@stacyvm/config';
import { redactText } from '@stacyvm/logging';
import { settingsOrError } from '../loaded-configuration.js';
import { createKnownSecrets } from '../support/known-secrets.js';
import type { CheckNode } from './check.js';
import { auditSinkChecks } from './checks/audit-sinks.js';
import { certificateChecks } from './checks/certificates.js';
import { clockChecks } from './checks/clock.js';
import { brokenConfiguration, configurationChecks } from './checks/configuration.js';
import { databaseChecks } from './checks/database.js';
import { diskChecks } from './checks/disk.js';
import { fileModeChecks } from './checks/file-modes.js';
import { fleetChecks } from './checks/fleet.js';
import { identityChecks } from './checks/identity.js';
import { portChecks } from './checks/ports.js';
import { providerChecks } from './checks/providers.js';
import { secretChecks } from './checks/secrets.js';
import { systemChecks } from './checks/system.js';
import { workerChecks } from './checks/worker.js';
import { visitControlPlane } from './control-plane-visit.js';
import type { DoctorReport } from './report.js';
import type { Role } from './role.js';
import { runChecks } from './run-checks.js';
import { createSubject, once, type Subject } from './subject.js';

export interface ExamineOptions {
  readonly configFile: string | undefined;
  readonly role: Role;
  readonly production: boolean;
  /** What each check may take. */
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  readonly clock?: () => Date;
}

/** Examines this host and what its configuration points at. Changes nothing; only a usage error rejects. */
export async function examine(options: ExamineOptions): Promise<DoctorReport> {
  const { configFile, role, production, timeoutMs, env = process.env, clock = () => new Date() } = options;
  const loaded = settingsOrError(configFile, env);
  const secrets = createKnownSecrets(loaded instanceof ConfigError ? { env, configFile } : { env, loaded });
  const checks =
    loaded instanceof ConfigError
      ? [brokenConfiguration(loaded), diskChecks(undefined), systemChecks(undefined)]
      : checksOf(createSubject({ loaded, role, timeoutMs, clock }));
  return {
    generatedAt: clock(),
    role,
    production,
    configFile: loaded instanceof ConfigError ? configFile : loaded.configFile,
    checks: await runChecks(checks, {
      timeoutMs,
      production,
      redactText: (text) => secrets.mask(redactText(text)),
    }),
  };
}

function checksOf(subject: Subject): readonly CheckNode[] {
  const visit = once(() => visitControlPlane(subject.settings, subject));
  return [
    configurationChecks(subject),
    secretChecks(subject),
    fileModeChecks(subject),
    databaseChecks(subject),
    clockChecks(subject, visit),
    identityChecks(subject),
    certificateChecks(subject),
    workerChecks(subject, visit),
    auditSinkChecks(subject),
    fleetChecks(subject),
    providerChecks(subject),
    portChecks(subject),
    diskChecks(subject),
    systemChecks(subject),
  ];
}
