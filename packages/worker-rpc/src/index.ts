export type { Clock } from './clock.js';
export {
  type ControlPlaneClient,
  type ControlPlaneClientOptions,
  createControlPlaneClient,
} from './control-plane-client.js';
export {
  type CredentialSource,
  fileCredentialSource,
  type KeyCredentialSourceOptions,
  keyCredentialSource,
  staticCredentialSource,
} from './credential-sources.js';
export {
  type CallOutcome,
  ControlPlaneError,
  type ControlPlaneErrorCode,
  CredentialError,
  type CredentialErrorCode,
  RpcMethodError,
  type RpcMethodErrorCode,
  WorkerEndpointError,
  type WorkerEndpointErrorCode,
  WorkerRpcError,
  type WorkerRpcErrorCode,
} from './errors.js';
export type { ExecOutcome, OutputListener } from './exec-stream-reader.js';
export type {
  Heartbeat,
  HeartbeatDirective,
  HeartbeatReply,
  HeldSandbox,
  WorkerCapacity,
  WorkerRecord,
} from './heartbeat.js';
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
export {
  createRpcRequestListener,
  type RpcLimits,
  type RpcRefusalEvent,
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
export type { ExecParams, LogsParams, SandboxParams, SpawnParams } from './rpc-params.js';
export { createRpcServer, RPC_SERVER_TIMEOUTS } from './rpc-server.js';
export type { RpcCredential } from './rpc-transport.js';
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
  type WorkerEndpoint,
  type WorkerEndpointLimits,
  type WorkerEndpointOptions,
  type WorkerRefusalEvent,
  type WorkerRequestContext,
} from './worker-endpoint.js';
