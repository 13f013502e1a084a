export {
  type BubblewrapProviderOptions,
  createBubblewrapProvider,
} from './bubblewrap/bubblewrap-provider.js';
export type { DockerProviderOptions } from './docker/docker-options.js';
export { createDockerProvider } from './docker/docker-provider.js';
export { type DockerSettings, dockerOptions } from './docker/docker-settings.js';
export { ProviderError, type ProviderErrorCode } from './errors.js';
export type { FileInfo, FileOptions, FileReader, FileWrite, SandboxFiles } from './files/sandbox-files.js';
export { makeDirectory } from './make-directory.js';
export { createMockProvider, type MockProviderOptions } from './mock/mock-provider.js';
export type {
  ExecExit,
  ExecIo,
  ExecMode,
  ExecRequest,
  OutputStream,
  ProviderHealth,
  SandboxProvider,
  SandboxRuntime,
  SandboxSpec,
} from './provider.js';
export type { ProviderLogger } from './provider-logger.js';
