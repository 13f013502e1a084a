import {
  keyFingerprint,
  MAX_TOKEN_LIFETIME_SECONDS,
  TOKEN_PREFIX,
  WORKER_TOKEN_ERROR_CODES,
  type WorkerTokenErrorCode,
} from '@stacyvm/token';
import { type Claims, fromNow } from './claims-document.js';
import { printable, timestamp } from './printable.js';
import type { Refused, Verification } from './verification.js';
import type { VerificationSettings } from './verification-settings.js';

/** One step of a verification and how it went. */
export interface Check {
  readonly check: CheckName;
  readonly verdict: 'ok' | 'refused' | 'not_compared' | 'not_reached';
  readonly detail: string;
}

const CHECK_OF_CODE = {
  weak_key: 'keys',
  malformed: 'format',
  bad_signature: 'signature',
  missing_claim: 'claims',
  invalid_claim: 'claims',
  expired: 'not_expired',
  not_yet_valid: 'not_before',
  issued_in_future: 'issued_at',
  lifetime_exceeded: 'lifetime',
  audience_mismatch: 'audience',
  worker_mismatch: 'worker',
  certificate_required: 'certificate',
  certificate_mismatch: 'certificate',
  revoked: 'revocation',
  no_valid_scopes: 'scopes',
} as const satisfies Record<WorkerTokenErrorCode, string>;

type CheckName = (typeof CHECK_OF_CODE)[WorkerTokenErrorCode];

// The library names its codes in the order in which it checks.
const CHECKS: readonly CheckName[] = [
  ...new Set(WORKER_TOKEN_ERROR_CODES.map((code) => CHECK_OF_CODE[code])),
];

/** Every check with its verdict, in order: all before the refused one passed, all after it were not reached. */
export function checksOf(
  verification: Verification,
  settings: VerificationSettings,
  nowMs: number,
): readonly Check[] {
  const failing = verification.accepted ? CHECKS.length : CHECKS.indexOf(failingCheck(verification));
  return CHECKS.map((check, index): Check => {
    if (index > failing) return { check, verdict: 'not_reached', detail: '' };
    const detail = describe(check, verification, settings, nowMs);
    if (index === failing && !verification.accepted) {
      return { check, verdict: 'refused', detail: detail ?? verification.message };
    }
    return {
      check,
      verdict: isCompared(check, verification, settings) ? 'ok' : 'not_compared',
      detail: detail ?? '',
    };
  });
}

/** `malformed` is said of the shape before, and of the payload after the signature. */
function failingCheck({ code, signatureVerified }: Refused): CheckName {
  return code === 'malformed' && signatureVerified ? 'claims' : CHECK_OF_CODE[code];
}

function isCompared(check: CheckName, verification: Verification, settings: VerificationSettings): boolean {
  if (check === 'audience') return settings.audience !== undefined;
  if (check === 'certificate') {
    const { certificateThumbprint: bound } = claimsOf(verification) ?? {};
    return bound === undefined || settings.certificateThumbprint !== undefined;
  }
  return check !== 'worker' || settings.workerId !== undefined;
}

/** What there is to say about a check; undefined where the library's message says it. */
function describe(
  check: CheckName,
  verification: Verification,
  settings: VerificationSettings,
  nowMs: number,
): string | undefined {
  const claims = claimsOf(verification);
  switch (check) {
    case 'keys':
      return isRefusedFor(verification, 'weak_key') ? undefined : describeKeys(settings);
    case 'format':
      return isRefusedFor(verification, 'malformed') ? undefined : TOKEN_PREFIX;
    case 'signature':
      return describeSignature(verification);
    case 'claims':
      return claims && !isRefusedFor(verification, 'missing_claim', 'invalid_claim')
        ? `profile ${settings.profile}`
        : undefined;
    default:
      return claims && describeClaim(check, claims, settings, nowMs);
  }
}

function describeClaim(
  check: Exclude<CheckName, 'keys' | 'format' | 'signature' | 'claims'>,
  claims: Claims,
  settings: VerificationSettings,
  nowMs: number,
): string {
  const when = (time: Date | undefined): string =>
    time === undefined ? '(absent)' : `${timestamp(time)}, ${fromNow(time, nowMs)}`;
  const expected = (value: string | undefined): string => (value === undefined ? '' : `, expected ${value}`);
  switch (check) {
    case 'not_expired':
      return when(claims.expiresAt);
    case 'not_before':
      return when(claims.notBefore);
    case 'issued_at':
      return when(claims.issuedAt);
    case 'lifetime':
      return describeLifetime(claims);
    case 'audience':
      return `${printable(claims.audience ?? '(absent)')}${expected(settings.audience)}`;
    case 'worker':
      return `${claims.workerId ?? '(absent)'}${expected(settings.workerId)}`;
    case 'certificate':
      return describeBinding(claims, settings);
    case 'revocation':
      return `token id ${claims.tokenId ?? '(absent)'}; revoked ids known: ${settings.revokedTokenIds.size}`;
    case 'scopes':
      return claims.scopes?.map(printable).join(' ') || '(absent): the default set of the audience';
  }
}

function describeBinding(
  { certificateThumbprint: bound }: Claims,
  { certificateThumbprint: presented, requireCertificate }: VerificationSettings,
): string {
  const binding = bound === undefined ? 'bound to none' : `bound to ${bound}`;
  const given = presented === undefined ? '' : `, presented ${presented}`;
  return `${binding}${given}${requireCertificate ? ', required' : ''}`;
}

function describeKeys({ keys, workerKeyScope }: VerificationSettings): string {
  const names = keys.map((key, index) => {
    const role = index === 0 ? 'active' : `verify_only[${index - 1}]`;
    return `${role} ${keyFingerprint(key)}`;
  });
  return `${names.join(', ')}; scope ${workerKeyScope}`;
}

function describeSignature(verification: Verification): string | undefined {
  if (verification.accepted) {
    return `${verification.worker.keyRole} ${verification.worker.keyFingerprint}`;
  }
  const { signer, signatureVerified } = verification;
  if (signer === undefined) return undefined;
  const name = `${signer.role} ${signer.fingerprint}`;
  return signatureVerified
    ? name
    : `signed with ${name}, which key scope derived does not accept from a worker`;
}

function describeLifetime({ issuedAt, expiresAt }: Claims): string {
  if (issuedAt === undefined || expiresAt === undefined) return 'unknown: iat is absent';
  return `${(expiresAt.getTime() - issuedAt.getTime()) / 1000} s, at most ${MAX_TOKEN_LIFETIME_SECONDS} s`;
}

function claimsOf(verification: Verification): Claims | undefined {
  return verification.accepted ? verification.worker : verification.claims;
}

function isRefusedFor(verification: Verification, ...codes: readonly WorkerTokenErrorCode[]): boolean {
  return !verification.accepted && codes.includes(verification.code);
}
