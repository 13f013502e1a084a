export {
  type ApiClient,
  type ApiClientOptions,
  type CallOptions,
  createApiClient,
  type ExecRequest,
  type ExecResult,
  type Readiness,
  type Sandbox,
  type SpawnRequest,
  type Worker,
} from './client.js';
export { ApiError, type ApiErrorDetails, type ApiErrorKind } from './errors.js';
export type { ExecExit, ExecOutput } from './exec-stream.js';
export type { components, operations, paths } from './generated/contract.js';
export { openApiDocument } from './generated/document.js';
export { listOperations, type Operation, type OperationId } from './operations.js';
