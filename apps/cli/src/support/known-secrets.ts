import { readFileSync } from 'node:fs';
import {
  databasePassword,
  environmentName,
  isPlaceholder,
  type LoadedSettings,
  SETTINGS,
  Secret,
  type SettingDefinition,
} from '@stacyvm/config';
import { REDACTED } from '@stacyvm/logging';

/** The values of secrets that this process knows, to be looked for in what it writes. */
export interface KnownSecrets {
  /** The settings whose secret occurs in `text`, in any form in which JSON or a URL writes it. */
  occurringIn(text: string): readonly string[];
  /** `text` without them. */
  mask(text: string): string;
}

export type SecretSources = {
  readonly env: NodeJS.ProcessEnv;
  /** Values that the settings do not hold, by a name for messages. */
  readonly others?: Readonly<Record<string, string | undefined>>;
} & (
  | { readonly loaded: LoadedSettings }
  /** The configuration does not load: what looks like a secret in it is taken for one. */
  | { readonly configFile: string | undefined }
);

/** Shorter texts occur everywhere by chance. */
const SHORTEST = 8;

/** So do words of our own, such as `postgres`, which some take for a password. */
const VOCABULARY = JSON.stringify(SETTINGS);

const SECRET_TYPES: ReadonlySet<SettingDefinition['type']> = new Set([
  'secret',
  'secrets',
  'secrets_by_name',
]);

/** The settings that hold secrets. */
const SECRET_KEYS: readonly string[] = (Object.entries(SETTINGS) as [string, SettingDefinition][])
  .filter(([, { type }]) => SECRET_TYPES.has(type))
  .map(([key]) => key);

const CLIENT_VARIABLES = ['STACYVM_API_KEY'] as const;

type NamedText = readonly [name: string, text: string];

export function createKnownSecrets(sources: SecretSources): KnownSecrets {
  const found: readonly NamedText[] = [
    ...fromEnvironment(sources.env),
    ...Object.entries(sources.others ?? {}).map(([name, text]): NamedText => [name, text ?? '']),
    ...('loaded' in sources ? fromSettings(sources.loaded) : fromBrokenFile(sources.configFile)),
  ];
  const forms = found
    .map(([name, text]): NamedText => [name, text.trim()])
    .filter(([, text]) => text.length >= SHORTEST && !isPlaceholder(text) && !VOCABULARY.includes(text))
    .flatMap(([name, text]) => formsOf(text).map((form): NamedText => [name, form]))
    // The longer first: what is left of one would hide the other.
    .toSorted(([, a], [, b]) => b.length - a.length);
  return {
    occurringIn: (text) => [
      ...new Set(forms.filter(([, form]) => text.includes(form)).map(([name]) => name)),
    ],
    mask: (text) => forms.reduce((clean, [, form]) => clean.replaceAll(form, REDACTED), text),
  };
}

/** As it is, as JSON escapes it, as a URL does. */
function formsOf(text: string): readonly string[] {
  // Half a character has no form in a URL.
  const whole = text.replace(/\p{Surrogate}/gu, '\uFFFD');
  return [...new Set([text, JSON.stringify(text).slice(1, -1), encodeURIComponent(whole), encodeURI(whole)])];
}

function fromSettings({ settings }: LoadedSettings): readonly NamedText[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    textsIn(value)
      .flatMap((text) => [text, ...passwordsIn(text)])
      .map((text): NamedText => [key, text]),
  );
}

/** Secrets, and texts in which a URL has a user and a password. */
function textsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (value instanceof Map) return [...value.values()].flatMap(textsIn);
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return typeof value === 'string' && /:\/\/[^/\s]*@/.test(value) ? [value] : [];
}

/** The password in a URL or a connection string, as it is written and as it is meant. */
function passwordsIn(text: string): readonly string[] {
  const [, raw] = /^[^/]*\/\/[^/?#@:]*:([^/?#]*)@/.exec(text) ?? [];
  return [raw, databasePassword(text)].filter((password) => password !== undefined);
}

function fromEnvironment(env: NodeJS.ProcessEnv): readonly NamedText[] {
  const inUrls = Object.entries(env)
    .filter(([variable]) => variable.startsWith('STACYVM_'))
    .flatMap(([variable, text = '']) =>
      urlPasswordsIn(text).map((password): NamedText => [variable, password]),
    );
  const secrets = [...SECRET_KEYS.map(environmentName), ...CLIENT_VARIABLES].flatMap((variable) => {
    const text = env[variable] ?? '';
    // Lists are separated by commas, and maps are JSON, whose texts are in quotes.
    const parts = text.split(',').map((part) => part.replace(/^.*:\s*"|[\s"}]+$/g, ''));
    return [text, ...parts, ...passwordsIn(text)].map((part): NamedText => [variable, part]);
  });
  return [...secrets, ...inUrls];
}

/** By pattern, because a file that is no YAML can hold secrets all the same: what follows the name of a secret. */
function fromBrokenFile(path: string | undefined): readonly NamedText[] {
  const text = path === undefined ? '' : textOf(path);
  const names = SECRET_KEYS.map((key) => key.split('.').at(-1) ?? key).join('|');
  const onLine = new RegExp(String.raw`\b(${names})["']?[ \t]*:[ \t]*(\S[^\r\n]*)`, 'g');
  const below = new RegExp(
    String.raw`^([ \t]*)(${names}):[ \t]*(?:[|>][-+0-9]*[ \t]*)?\r?\n((?:\1(?:[ \t]|- ).*(?:\r?\n|$))+)`,
    'gm',
  );
  return [
    ...[...text.matchAll(onLine)].map(([, name = '', value = '']): NamedText => [name, value]),
    ...[...text.matchAll(below)].map(([, , name = '', block = '']): NamedText => [name, block]),
  ]
    .flatMap(([name, value]) => wordsIn(value).map((word): NamedText => [name, word]))
    .concat(urlPasswordsIn(text).map((password): NamedText => ['a URL', password]));
}

function urlPasswordsIn(text: string): readonly string[] {
  return [...text.matchAll(/[a-z][a-z0-9+.-]{0,40}:\/\/[^\s"'/@]*@/gi)].flatMap(([url]) => passwordsIn(url));
}

/** Names of workers end with a colon. */
function wordsIn(value: string): readonly string[] {
  const words = value.split(/[\s,{}[\]"']+/).filter((word) => !word.endsWith(':'));
  return [value.replace(/^["']|["']\s*$/g, ''), ...words, ...words.flatMap(passwordsIn)];
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
