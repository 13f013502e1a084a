import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyMatches, namesIn } from '../doctor/certificate.js';
import { CommandFailure } from '../failure.js';
import { makeDirectory } from '../make-directory.js';
import type { Holder } from './holders.js';
import { type FileToPlace, placeFiles } from './place-files.js';
import {
  createTestAuthority,
  type IssuedPair,
  reopenTestAuthority,
  type TestAuthority,
} from './test-authority.js';

export interface InitDirectoryRequest {
  readonly directory: string;
  readonly holders: readonly Holder[];
  readonly days: number;
  /** Makes everything anew, the authority too. */
  readonly replace: boolean;
  readonly now: Date;
}

/** What there is now: names of files in the directory. */
export interface InitDirectoryResult {
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** When the first certificate of a holder ends. */
  readonly endsAt: Date;
}

/**
 * Makes a directory hold a test authority and a certificate of it for each holder. What is missing is made, what is
 * there is kept, or nothing is changed.
 *
 * @throws CommandFailure when what is there does not fit
 */
export async function initDirectory(request: InitDirectoryRequest): Promise<InitDirectoryResult> {
  const { directory, holders, days, replace, now } = request;
  createDirectory(directory);
  if (replace) refuseOrphans(directory, holders);
  const known = replace ? undefined : existingPair(directory, 'ca');
  const authority =
    known === undefined
      ? createTestAuthority(days, now)
      : reopenTestAuthority(known, join(directory, 'ca.crt'), now);
  const files: FileToPlace[] = known === undefined ? filesOf(directory, 'ca', authority) : [];
  const kept: string[] = known === undefined ? [] : namesOf('ca');
  const ends: number[] = [];
  for (const holder of holders) {
    const existing = replace ? undefined : existingPair(directory, holder.name);
    const pair = existing ?? authority.issue(holder.commonName, holder.names, days);
    if (existing === undefined) {
      files.push(...filesOf(directory, holder.name, pair));
    } else {
      requireFit(directory, holder, existing, authority, now);
      kept.push(...namesOf(holder.name));
    }
    ends.push(Date.parse(new X509Certificate(pair.cert).validTo));
  }
  await placeFiles(files, { replace });
  return {
    written: files.map(({ path }) => path.slice(directory.length + 1)),
    kept,
    endsAt: new Date(Math.min(...ends)),
  };
}

function createDirectory(directory: string): void {
  try {
    makeDirectory(directory, 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailure(`${directory} cannot be created: ${code}`, 1, { cause: error });
  }
}

/** Certificates of the authority that goes would be trusted by nobody. */
function refuseOrphans(directory: string, holders: readonly Holder[]): void {
  const renewed = new Set(holders.map(({ name }) => name));
  const orphans = readdirSync(directory)
    .filter((file) => file.startsWith('worker-') && file.endsWith('.crt'))
    .map((file) => file.slice(0, -'.crt'.length))
    .filter((name) => !renewed.has(name));
  if (orphans.length === 0) return;
  throw new CommandFailure(
    `${directory} has certificates that a new authority would not vouch for: ${orphans.join(', ')}; name their workers too, or remove them`,
  );
}

function namesOf(name: string): string[] {
  return [`${name}.crt`, `${name}.key`];
}

function filesOf(directory: string, name: string, { cert, key }: IssuedPair): FileToPlace[] {
  return [
    { path: join(directory, `${name}.crt`), text: cert, mode: 0o644 },
    { path: join(directory, `${name}.key`), text: key, mode: 0o600 },
  ];
}

/** Undefined when there is neither a certificate nor a key. */
function existingPair(directory: string, name: string): IssuedPair | undefined {
  const [cert, key] = namesOf(name).map((file) => contentOf(join(directory, file)));
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  const [there, missing] = cert === undefined ? ['key', 'crt'] : ['crt', 'key'];
  throw new CommandFailure(
    `${join(directory, `${name}.${there}`)} exists without ${name}.${missing}; --force makes everything anew`,
  );
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CommandFailure(`${path} cannot be read: ${code}`, 1, { cause: error });
  }
}

function requireFit(
  directory: string,
  holder: Holder,
  { cert }: IssuedPair,
  authority: TestAuthority,
  now: Date,
): void {
  const path = join(directory, `${holder.name}.crt`);
  const problem = misfit(path, holder, cert, authority, now);
  if (problem !== undefined)
    throw new CommandFailure(
      `${path} ${problem}; remove it and its key, or make everything anew with --force`,
    );
}

/** Why a certificate that is there does not do. */
function misfit(
  path: string,
  { names }: Holder,
  cert: string,
  authority: TestAuthority,
  now: Date,
): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return 'is not a certificate';
  }
  const issuer = new X509Certificate(authority.cert);
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
    return 'is not of the authority in that directory';
  if (!keyMatches(path.replace(/crt$/, 'key'), certificate)) return 'does not belong to its key';
  if (new Date(certificate.validTo) <= now) return `has expired at ${certificate.validTo}`;
  const present = new Set(namesIn(certificate.subjectAltName));
  const wanted = [
    ...names.dns.map((name) => `DNS:${name}`),
    ...names.uris.map((uri) => `URI:${uri}`),
    ...names.addresses.map((address) => `IP Address:${address}`),
  ];
  const lacking = wanted.filter((name) => !present.has(name));
  return lacking.length === 0 ? undefined : `lacks the name ${lacking.join(', ')}`;
}
