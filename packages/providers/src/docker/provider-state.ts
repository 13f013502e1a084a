import { randomBytes as systemRandom } from 'node:crypto';
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StateLock } from '../state-lock.js';

const OWNER = /^[0-9a-f]{24}$/;

/**
 * A directory that one live provider owns at a time. It keeps the random name by which the provider knows its containers again: a
 * path would not do, for workers of several hosts may share an engine.
 */
export class ProviderState {
  readonly #directory: string;
  readonly #randomBytes: (size: number) => Buffer;
  #opening: Promise<{ readonly lock: StateLock; readonly owner: string }> | undefined;

  constructor(directory: string, randomBytes: (size: number) => Buffer = systemRandom) {
    this.#directory = directory;
    this.#randomBytes = randomBytes;
  }

  /** @returns the owner's name. @throws ProviderError `state_directory_in_use`, `unavailable` */
  async open(): Promise<string> {
    this.#opening ??= this.#acquire();
    try {
      return (await this.#opening).owner;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    await (await opening)?.lock.release();
  }

  async #acquire(): Promise<{ readonly lock: StateLock; readonly owner: string }> {
    const lock = await StateLock.acquire(this.#directory);
    try {
      await chmod(this.#directory, 0o700);
      return { lock, owner: await this.#owner() };
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #owner(): Promise<string> {
    const path = join(this.#directory, 'owner');
    const known = (await readFile(path, 'utf8').catch(() => '')).trim();
    if (OWNER.test(known)) return known;
    const owner = this.#randomBytes(12).toString('hex');
    await writeFile(`${path}.new`, `${owner}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
    return owner;
  }
}
