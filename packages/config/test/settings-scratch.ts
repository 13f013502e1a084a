import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  ConfigError,
  describeProblem,
  type LoadedSettings,
  type LoadOptions,
  loadSettings,
} from '../src/index.js';

/** A directory of configuration files, which nothing outside of it reaches. */
export class SettingsScratch {
  readonly directory = mkdtempSync(join(tmpdir(), 'config-'));

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array, mode = 0o600): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    chmodSync(path, mode);
    return path;
  }

  /** Without environment and home; `stacyvm.yaml` is found. */
  load(options: LoadOptions = {}): LoadedSettings {
    return loadSettings({ env: {}, cwd: this.directory, homeDir: this.path('home'), ...options });
  }

  loadText(text: string | Uint8Array, options: LoadOptions = {}): LoadedSettings {
    return this.load({ configFile: this.write('stacyvm.yaml', text), ...options });
  }

  errorOf(options: LoadOptions = {}): ConfigError {
    try {
      this.load(options);
    } catch (error) {
      if (error instanceof ConfigError) return error;
      throw error;
    }
    throw new Error('the settings were accepted');
  }

  /** The problems of a file as lines, its path left out. */
  problemsOfText(text: string | Uint8Array, options: LoadOptions = {}): readonly string[] {
    const configFile = this.write('stacyvm.yaml', text);
    return this.errorOf({ configFile, ...options }).problems.map((problem) =>
      this.plain(describeProblem(problem)),
    );
  }

  warningsOfText(text: string, options: LoadOptions = {}): readonly string[] {
    return this.loadText(text, options).warnings.map((problem) => this.plain(describeProblem(problem)));
  }

  plain(text: string): string {
    return text.replaceAll(`${this.directory}/`, '');
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
