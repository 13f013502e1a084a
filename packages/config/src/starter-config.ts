import { demandOf } from './demand.js';
import { KNOWN_KEYS, SECTIONS } from './known-keys.js';
import { SETTINGS, type SettingDefinition } from './settings.js';

const WIDTH = 100;

const HEAD = `# Configuration of StacyVM: control plane and workers.
#
# Every setting is here with its default. Most are commented out: remove the # before the name, and before those of the
# sections around it. A variable overrides a setting: STACYVM_SERVER_PORT for server.port; a flag overrides both.
# Secrets belong into files of their own, with mode 0600: name them by the settings that end in _file and _dir.
# Check this file with: stacyvm config validate
`;

/** Settings that a starter has in force, so that its first reader sees how it is done. They are the defaults. */
const LIVE: ReadonlySet<string> = new Set(['server.host', 'server.port', 'logging.level', 'logging.format']);

/**
 * A configuration file to start from, in YAML: every setting with its explanation and default, commented out, and a few
 * in force. It changes nothing as it is.
 */
export function starterConfig(): string {
  const lines: string[] = [];
  for (const name of topSections()) {
    lines.push('', ...sectionLines(name));
  }
  return `${HEAD}${lines.join('\n')}\n`;
}

function topSections(): readonly string[] {
  return [...new Set(Object.keys(SETTINGS).map((key) => key.split('.')[0] ?? ''))];
}

function sectionLines(section: string): readonly string[] {
  const depth = section.split('.').length - 1;
  const keys = [...KNOWN_KEYS.values()].filter(({ key }) => parentOf(key) === section);
  const isLive = [...LIVE].some((key) => key.startsWith(`${section}.`));
  const inner = [...SECTIONS].filter((name) => parentOf(name) === section);
  return [
    `${'  '.repeat(depth)}${isLive ? '' : '#'}${leafOf(section)}:`,
    ...keys
      .filter(({ form }) => form === 'value')
      .flatMap(({ key, definition }) => [
        ...comment(`${definition.doc} ${capital(demandOf({ form: 'value', definition }))}.`, depth + 1),
        ...settingLines(key, definition, depth + 1),
      ]),
    ...inner.flatMap((name) => sectionLines(name)),
  ];
}

function settingLines(key: string, definition: SettingDefinition, depth: number): readonly string[] {
  const mark = LIVE.has(key) ? '' : '#';
  const indent = '  '.repeat(depth);
  if (definition.default !== undefined)
    return [`${indent}${mark}${leafOf(key)}: ${JSON.stringify(definition.default)}`];
  const form = definition.type === 'secrets_by_name' ? 'dir' : 'file';
  return [`${indent}${mark}${leafOf(key)}_${form}: /etc/stacyvm/secrets/${leafOf(key)}`];
}

function comment(text: string, depth: number): readonly string[] {
  const indent = `${'  '.repeat(depth)}# `;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + word.length + 1 > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part) => `${indent}${part}`);
}

function parentOf(key: string): string {
  return key.split('.').slice(0, -1).join('.');
}

function leafOf(key: string): string {
  return key.split('.').at(-1) ?? key;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
