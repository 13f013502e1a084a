export {
  AUDIT_CATEGORIES,
  AUDIT_OUTCOMES,
  AUDIT_PHASES,
  type AuditCategory,
  type AuditOutcome,
  type AuditPhase,
  type AuditRecord,
  type UnchainedRecord,
} from './audit-record.js';
export { canonicalJson } from './canonical-json.js';
export { AuditError, type AuditErrorCode } from './errors.js';
export { type ExportLine, exportLine, isStatement, parseExportLine } from './export-line.js';
export { type ChainEnd, chainRecord, EMPTY_CHAIN, GENESIS_HASH, recordHash } from './record-hash.js';
export {
  type AuditPublicKey,
  type AuditSigningKey,
  generateSigningKey,
  readPublicKey,
  readSigningKey,
} from './signing-key.js';
export {
  type AuditStatement,
  makeStatement,
  STATEMENT_KINDS,
  type StatementContent,
  type StatementKind,
} from './statement.js';
export type {
  ChainProblem,
  ChainProblemCode,
  Verification,
  VerifiedChain,
} from './verification.js';
export {
  createExportVerifier,
  type ExportVerifier,
  type VerifyOptions,
  verifyExport,
} from './verify-export.js';
export { verifySink } from './verify-sink.js';
