import type { SandboxParamsWire, SandboxTarget } from '../rpc-messages.js';

/** What every method of files takes; each reads the members that are its own (worker protocol 4.8). */
export interface FileParamsWire extends SandboxParamsWire {
  readonly path?: string;
  /** Base64. */
  readonly content?: string;
  /** Permission bits in octal. */
  readonly mode?: string;
  readonly recursive?: boolean;
  readonly old_path?: string;
  readonly new_path?: string;
  readonly pattern?: string;
}

/** `mode` and `mod_time` are as the provider of the worker writes them: ours in octal, and RFC 3339 to the second. */
export interface FileInfoWire {
  readonly path: string;
  readonly size: number;
  readonly mode: string;
  readonly is_dir: boolean;
  readonly mod_time: string;
}

/** A file as a worker describes it; the texts are the provider's own. */
export interface FileInfo {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly mode: string;
  readonly isDirectory: boolean;
  readonly modifiedAt: string;
}

/** How much has been transferred, and what: its SHA-256 in hexadecimal. */
export interface TransferEnd {
  readonly size: number;
  readonly sha256: string;
}

export interface FileTarget extends SandboxTarget {
  readonly path: string;
}

export interface FileWriteRequest extends FileTarget {
  /** Permission bits in octal; the worker's default when absent. */
  readonly mode?: string | undefined;
}

export interface FileDeleteRequest extends FileTarget {
  readonly recursive?: boolean | undefined;
}

export interface FileMoveRequest extends SandboxTarget {
  readonly oldPath: string;
  readonly newPath: string;
}

export interface FileModeRequest extends FileTarget {
  readonly mode: string;
}

export interface FileGlobRequest extends SandboxTarget {
  readonly pattern: string;
}

export function fileInfoToWire(info: FileInfo): FileInfoWire {
  const { path, size, mode, isDirectory, modifiedAt } = info;
  return { path, size, mode, is_dir: isDirectory, mod_time: modifiedAt };
}

export function fileInfoFromWire(wire: Partial<FileInfoWire>): FileInfo {
  return {
    path: wire.path ?? '',
    size: wire.size ?? 0,
    mode: wire.mode ?? '',
    isDirectory: wire.is_dir ?? false,
    modifiedAt: wire.mod_time ?? '',
  };
}
