export type { ReserveAnswer } from './answer-room.js';
export { type CallKind, type CallLoad, type CallSlots, createCallSlots } from './call-slots.js';
export type { Clock } from './clock.js';
export { type ConnectionLimitOptions, limitConnections } from './connection-limit.js';
export {
  type ControlPlaneClient,
  type ControlPlaneClientOptions,
  createControlPlaneClient,
} from './control-plane-client.js';
export type { CredentialSource } from './credential-source.js';
export { type EnrolWorkerOptions, enrolWorker } from './enrol-worker.js';
export type { Enrolment, EnrolmentDetails } from './enrolment.js';
export type { EnrolmentContext, EnrolWorker } from './enrolment-endpoint.js';
export {
  type CallOutcome,
  ControlPlaneError,
  type ControlPlaneErrorCode,
  CredentialError,
  type CredentialErrorCode,
  type JoinTokenRefusalReason,
  RpcMethodError,
  type RpcMethodErrorCode,
  TlsMaterialError,
  type TlsMaterialErrorCode,
  WorkerEndpointError,
  type WorkerEndpointErrorCode,
  WorkerRpcError,
  type WorkerRpcErrorCode,
} from './errors.js';
export type { ExecOutcome, OutputListener } from './exec-stream-reader.js';
export { type FileCredentialSourceOptions, fileCredentialSource } from './file-credential-source.js';
export type { FileReadContext, RpcFileMethods } from './files/file-calls.js';
export type { RpcFileClient } from './files/file-client.js';
export { isFileErrorReason, type RpcFileErrorCode } from './files/file-errors.js';
export type {
  FileDeleteRequest,
  FileGlobRequest,
  FileInfo,
  FileInfoWire,
  FileModeRequest,
  FileMoveRequest,
  FileParamsWire,
  FileTarget,
  FileWriteRequest,
} from './files/file-messages.js';
export type { FileParams } from './files/file-params.js';
export type { FileListener } from './files/file-replies.js';
export type {
  Heartbeat,
  HeartbeatDirective,
  HeartbeatReply,
  HeldSandbox,
  WorkerCapacity,
  WorkerRecord,
} from './heartbeat.js';
export {
  type IssuedToken,
  type IssuerCredentialSourceOptions,
  issuerCredentialSource,
} from './issuer-credential-source.js';
export { type CreatedJoinToken, createJoinToken, isJoinToken, joinTokenHash } from './join-token.js';
export { type KeyCredentialSourceOptions, keyCredentialSource } from './key-credential-source.js';
export { createLeaseFence, type LeaseFence, type LeaseFenceOptions } from './lease-fence.js';
export type { LeaseRenewal } from './lease-renewal.js';
export type { LeaseToken, LeaseTokenWire } from './lease-token.js';
export type { RpcLogger } from './logger.js';
export {
  createReplayGuard,
  type ReplayGuard,
  type ReplayGuardOptions,
  type ReplayVerdict,
} from './replay-guard.js';
export type { RevocationEntry, RevocationFeed } from './revocation-feed.js';
export { createRevocationList, type RevocationList } from './revocation-list.js';
export type { ExecContext, LeasedRpcContext, RpcContext, RpcMethods } from './rpc-calls.js';
export {
  type CallOptions,
  createRpcClient,
  DEFAULT_RPC_TIMEOUTS,
  type ExecResult,
  type RpcClient,
  type RpcClientOptions,
  type RpcClientTimeouts,
} from './rpc-client.js';
export type { RpcClientTls } from './rpc-connections.js';
export type { RpcCredential } from './rpc-credential.js';
export type { RpcLimits } from './rpc-limits.js';
export {
  createRpcRequestListener,
  type RpcRequestListener,
  type RpcRequestListenerOptions,
} from './rpc-listener.js';
export type {
  ExecExit,
  ExecExitWire,
  ExecMode,
  ExecParamsWire,
  ExecRequest,
  ExecResultWire,
  ExecStreamResultWire,
  LogsParamsWire,
  LogsRequest,
  LogsResultWire,
  OutputStream,
  RenewLeaseParamsWire,
  RpcRequestWire,
  RpcResponseWire,
  SandboxParamsWire,
  SandboxTarget,
  SpawnParamsWire,
  SpawnRequest,
  SpawnResult,
  SpawnResultWire,
  StatusResult,
  StatusResultWire,
} from './rpc-messages.js';
export { RPC_METHODS, type RpcMethodName, type RpcMethodRule } from './rpc-methods.js';
export type { ExecParams, LogsParams, RenewLeaseParams, SandboxParams, SpawnParams } from './rpc-params.js';
export type { RpcRefusalEvent } from './rpc-refusals.js';
export { createRpcServer, RPC_SERVER_TIMEOUTS } from './rpc-server.js';
export { createRpcUrlPolicy, type RpcUrlPolicy, type RpcUrlPolicyOptions } from './rpc-url-policy.js';
export { staticCredentialSource } from './static-credential-source.js';
export {
  type CertificateExpiryOptions,
  type CertificateExpiryWatch,
  watchCertificateExpiry,
} from './tls/certificate-expiry.js';
export {
  type ClientThumbprintOf,
  createClientThumbprints,
} from './tls/client-certificate.js';
export { type TlsFailureReason, tlsFailureOf } from './tls/connection-failure.js';
export type { TlsRefusal, TlsRefusalReason } from './tls/handshake-refusal.js';
export { type HeldTlsCredentials, holdTlsCredentials } from './tls/held-credentials.js';
export {
  createSecureRpcServer,
  type SecureRpcServerOptions,
  type TlsRefusalEvent,
} from './tls/secure-rpc-server.js';
export { HANDSHAKE_TIMEOUT_MS, serverTlsOptions, watchHandshakes } from './tls/server-tls.js';
export { namesWorker, parseSubjectNames, type SubjectNames } from './tls/subject-names.js';
export {
  openTlsCredentials,
  type TlsCredentials,
  type TlsCredentialsOptions,
} from './tls/tls-credentials.js';
export type { TlsCertificate, TlsFiles, TlsMaterial } from './tls/tls-files.js';
export { createTokenBinding, type TokenBinding, type TokenBindingOptions } from './token-binding.js';
export type { IssuedWorkerToken } from './token-issue.js';
export type { WorkerRefusalReason } from './token-reason.js';
export {
  type AuthenticatedWorker,
  type AuthenticateWorker,
  type AuthenticationRefusal,
  createWorkerAuthenticator,
  type WorkerAuthentication,
  type WorkerAuthenticatorOptions,
  type WorkerCredential,
} from './worker-authenticator.js';
export {
  createWorkerEndpoint,
  type IssueWorkerToken,
  type WorkerEndpoint,
  type WorkerEndpointLimits,
  type WorkerEndpointOptions,
  type WorkerRefusalEvent,
  type WorkerRequestContext,
} from './worker-endpoint.js';
