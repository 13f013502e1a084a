import { connectionOptions } from '../connection.js';
import {
  declarationsOf,
  type OutlinedCommand,
  type OutlinedOption,
  outlineCommands,
} from './command-outline.js';

/** Every command with its options, in Markdown: the generated part of docs/commands.md. */
export async function commandReference(): Promise<string> {
  const commands = (await outlineCommands()).flatMap(withThoseBelow).sort(byName);
  const { options: connection } = declarationsOf(connectionOptions);
  return [
    '## All commands',
    '',
    ...commands.map(
      (command) => `- [\`${callOf(command)}\`](#${anchorOf(command)}): ${prose(command.describe)}`,
    ),
    '',
    '## Options of commands that call a control plane',
    '',
    ...connection.map(describeOption),
    '',
    ...commands.flatMap((command) => section(command, connection)),
  ].join('\n');
}

/** A command that only leads to others is none that can be called. */
function withThoseBelow(command: OutlinedCommand): readonly OutlinedCommand[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(withThoseBelow);
}

function byName(one: OutlinedCommand, other: OutlinedCommand): number {
  return callOf(one) < callOf(other) ? -1 : 1;
}

function callOf({ path, usage }: OutlinedCommand): string {
  return ['stacyvm', ...path, ...(usage === '' ? [] : [usage])].join(' ');
}

/** What GitHub makes of the heading. */
function anchorOf(command: OutlinedCommand): string {
  return callOf(command)
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function section(command: OutlinedCommand, connection: readonly OutlinedOption[]): readonly string[] {
  const isConnecting = connection.every((option) => command.options.some((each) => isSame(each, option)));
  const own = isConnecting
    ? command.options.filter((each) => !connection.some((option) => isSame(each, option)))
    : command.options;
  const lines = [
    ...command.positionals.map(({ name, describe }) => `- \`${name}\`: ${prose(describe)}`),
    ...own.map(describeOption),
    ...(isConnecting
      ? ['- and the [options of a call](#options-of-commands-that-call-a-control-plane)']
      : []),
  ];
  const alias = command.aliases.map((word) => `\`${word}\``).join(', ');
  return [
    `### \`${callOf(command)}\``,
    '',
    `${prose(command.describe)}.${alias === '' ? '' : ` Also called ${alias}.`}`,
    '',
    ...(lines.length === 0 ? [] : [...lines, '']),
  ];
}

function isSame(one: OutlinedOption, other: OutlinedOption): boolean {
  return one.name === other.name && one.describe === other.describe;
}

function describeOption(option: OutlinedOption): string {
  const { name, aliases, type, choices, describe, defaultText, isRequired } = option;
  const spellings = [
    `--${name}`,
    ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`)),
  ];
  const value = choices.length > 0 ? ` ${choices.join('|')}` : type === 'boolean' ? '' : ' …';
  const notes = [
    ...(isRequired ? ['required'] : []),
    ...(defaultText === undefined ? [] : [`default ${defaultText}`]),
  ];
  const note = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `- \`${spellings.join(', ')}${value}\`: ${prose(describe)}${prose(note)}`;
}

/** A text in which nothing is Markdown. */
function prose(text: string): string {
  return text.replace(/[\\*_<]/g, '\\$&');
}
