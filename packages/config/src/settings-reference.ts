import { demandOf } from './demand.js';
import { UNSUPPORTED_SETTINGS, UNSUPPORTED_VALUES } from './settings/unsupported.js';
import {
  environmentName,
  fileFormOf,
  SETTINGS,
  type SettingDefinition,
  type SettingKey,
} from './settings.js';

/**
 * The reference of the settings in Markdown: a heading and a table for each section, then what the reference
 * implementation has and this one has not.
 */
export function settingsReference(): string {
  const entries = Object.entries(SETTINGS) as [SettingKey, SettingDefinition][];
  const sections = [...new Set(entries.map(([key]) => sectionOf(key)))];
  const tables = sections.map(
    (section) =>
      `### ${section}\n\n${table(
        ['setting', 'value', 'default', 'read by', 'reload', 'explanation'],
        entries
          .filter(([key]) => sectionOf(key) === section)
          .map(([key, definition]) => rowOf(key, definition)),
      )}`,
  );
  return `${tables.join('\n\n')}\n\n### Not supported\n\n${table(
    ['setting', 'why'],
    [...Object.entries(UNSUPPORTED_SETTINGS), ...unsupportedValues()].map(([key, reason]) => [
      `\`${key}\``,
      reason,
    ]),
  )}\n`;
}

function unsupportedValues(): readonly (readonly [setting: string, reason: string])[] {
  return Object.entries(UNSUPPORTED_VALUES).flatMap(([key, values]) =>
    Object.entries(values).map(([value, reason]) => [`${key}: ${value}`, reason] as const),
  );
}

function rowOf(key: SettingKey, definition: SettingDefinition): readonly string[] {
  const form = fileFormOf(key, definition);
  const names = [key, ...(form === undefined ? [] : [form])];
  return [
    names.map((name) => `\`${name}\`<br>\`${environmentName(name)}\``).join('<br>'),
    allowedBy(definition),
    definition.default === undefined ? '' : `\`${JSON.stringify(definition.default)}\``,
    definition.readBy === 'both' ? 'both' : definition.readBy.replace('-', ' '),
    definition.live === true ? 'live' : 'restart',
    definition.doc,
  ];
}

function allowedBy(definition: SettingDefinition): string {
  const demand = demandOf({ form: 'value', definition });
  const hasItems =
    definition.type === 'strings' && (definition.format !== undefined || definition.enum !== undefined);
  return hasItems ? `${demand}; each ${demandOf({ form: 'value', definition }, true)}` : demand;
}

function sectionOf(key: string): string {
  return key.split('.').slice(0, -1).join('.');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
