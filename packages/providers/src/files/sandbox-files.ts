/** A file as the sandbox sees it. A symbolic link in a list is an entry of its own; elsewhere it is what it leads to. */
export interface FileInfo {
  /** Absolute. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Permission bits in octal, such as `644`. */
  readonly mode: string;
  readonly isDirectory: boolean;
  /** To the second. */
  readonly modifiedAt: Date;
}

export interface FileWrite {
  /** Absolute, or below `/workspace`. */
  readonly path: string;
  /** Permission bits in octal; `0644` when absent. */
  readonly mode?: string;
  /** Read no faster than the sandbox takes it. What it throws ends the write, and the file stays what it was. */
  readonly content: AsyncIterable<Uint8Array>;
}

export interface FileOptions {
  readonly signal?: AbortSignal;
}

/** Where a file's content goes, one chunk at a time; the next one waits until a returned promise is fulfilled. A throw ends the read. */
export interface FileReader extends FileOptions {
  /** Called once, before any content. */
  onInfo?(info: FileInfo): void | Promise<void>;
  onContent(chunk: Uint8Array): void | Promise<void>;
}

/**
 * The files of sandboxes, with the eyes and rights of a program inside: no path leads further than it would lead such a program.
 * Relative paths begin at `/workspace`. Every method rejects with `ProviderError`: `sandbox_not_found`, `invalid_request`,
 * `unavailable`, `limit_exceeded`, `cancelled`, `file_failed`, and what it names itself.
 */
export interface SandboxFiles {
  /**
   * Puts a file in place as a whole, by renaming, with its parent directories: whoever opens the path sees the old content or the
   * new. Through a symbolic link it replaces what the link leads to.
   *
   * @returns its size in bytes
   * @throws ProviderError `is_directory`, `not_a_directory`, `not_a_file`, `permission_denied`, `no_space`; or what `content` threw
   */
  write(sandboxId: string, file: FileWrite, options?: FileOptions): Promise<number>;

  /** @throws ProviderError `file_not_found`, `is_directory`, `not_a_file`, `permission_denied`; or what the reader threw */
  read(sandboxId: string, path: string, reader: FileReader): Promise<FileInfo>;

  /**
   * The entries of a directory, by name, hidden ones included.
   *
   * @throws ProviderError `file_not_found`, `not_a_directory`, `permission_denied`, `too_large` beyond 4 MiB of names
   */
  list(sandboxId: string, path: string, options?: FileOptions): Promise<readonly FileInfo[]>;

  /** @throws ProviderError `file_not_found`, `directory_not_empty` unless `recursive`, `permission_denied` */
  delete(
    sandboxId: string,
    path: string,
    options?: FileOptions & { readonly recursive?: boolean },
  ): Promise<void>;

  /** Replaces a file at the new path; its parent directories are made. @throws ProviderError `file_not_found`, `is_directory`, … */
  move(sandboxId: string, from: string, to: string, options?: FileOptions): Promise<void>;

  /** @param mode permission bits in octal @throws ProviderError `file_not_found`, `permission_denied` */
  chmod(sandboxId: string, path: string, mode: string, options?: FileOptions): Promise<void>;

  /** @throws ProviderError `file_not_found`, `permission_denied` */
  stat(sandboxId: string, path: string, options?: FileOptions): Promise<FileInfo>;

  /**
   * The paths that match a pattern of the shell, sorted: `*`, `?` and `[…]` cross no slash and meet no leading dot.
   *
   * @throws ProviderError `too_large` beyond 4 MiB of paths
   */
  glob(sandboxId: string, pattern: string, options?: FileOptions): Promise<readonly string[]>;
}
