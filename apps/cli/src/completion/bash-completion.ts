import type { OutlinedCommand } from '../overview/command-outline.js';

/** What reads its own options, and is no part of the outline. */
const PROGRAMS = ['serve'];

/**
 * What bash completes `stacyvm` by, and zsh by its `bashcompinit`: commands, options, and the values of options that have few. Anything
 * else is completed as a file. All is in the script itself, so that a press of TAB starts no Node.js.
 */
export function bashCompletion(commands: readonly OutlinedCommand[]): string {
  const every = commands.flatMap(withThoseBelow);
  return `# Completion of stacyvm for bash and zsh: source <(stacyvm completion)
if [ -n "\${ZSH_VERSION-}" ]; then
  autoload -U +X compinit && compinit
  autoload -U +X bashcompinit && bashcompinit
fi

# The words and options that may follow a command.
_stacyvm_words() {
  case $1 in
${casesOf([atFirst(commands), ...every.map(wordsAfter)])}
  esac
}

# The values that an option may have; the status is 1 for an option without a value.
_stacyvm_values() {
  case "$1 $2" in
${casesOf(valuesOf(every))}
    *) return 1 ;;
  esac
}

_stacyvm() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' word values index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    if [[ $word == -- ]]; then return; fi
    if [[ $word != -* && " $(_stacyvm_words "$path") " == *" $word "* ]]; then path="\${path:+$path }$word"; fi
  done
  if values=$(_stacyvm_values "$path" "$previous"); then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$(_stacyvm_words "$path")" -- "$current"))
  fi
}
complete -o default -F _stacyvm stacyvm`;
}

function atFirst(commands: readonly OutlinedCommand[]): Case {
  return {
    patterns: [quoted('')],
    words: [...commands.flatMap(namesOf), ...PROGRAMS, '--help', '--version'],
  };
}

function withThoseBelow(command: OutlinedCommand): readonly OutlinedCommand[] {
  return [command, ...command.commands.flatMap(withThoseBelow)];
}

function namesOf({ path, aliases }: OutlinedCommand): readonly string[] {
  return [path.at(-1) ?? '', ...aliases];
}

/** The command in every spelling of its last word. */
function spellingsOf(command: OutlinedCommand): readonly string[] {
  const above = command.path.slice(0, -1);
  return namesOf(command).map((name) => [...above, name].join(' '));
}

function wordsAfter(command: OutlinedCommand): Case {
  const options = command.options.map(({ name }) => `--${name}`);
  return {
    patterns: spellingsOf(command).map(quoted),
    words: [...command.commands.flatMap(namesOf), ...options, '--help'],
  };
}

/** Where an option has the same values with every command one entry is enough; else there is one for each command first. */
function valuesOf(commands: readonly OutlinedCommand[]): readonly Case[] {
  const entries = commands.flatMap((command) =>
    command.options
      .filter(({ type }) => type === 'value')
      .map(({ name, choices }) => ({ command, name, choices })),
  );
  const names = [...new Set(entries.map(({ name }) => name))];
  return names.flatMap((name) => {
    const those = entries.filter((entry) => entry.name === name);
    const [first] = those;
    const isUniform = new Set(those.map(({ choices }) => choices.join(' '))).size === 1;
    if (first !== undefined && isUniform)
      return [{ patterns: [`*${quoted(` --${name}`)}`], words: first.choices }];
    return those.map(({ command, choices }) => ({
      patterns: spellingsOf(command).map((spelling) => quoted(`${spelling} --${name}`)),
      words: choices,
    }));
  });
}

interface Case {
  readonly patterns: readonly string[];
  readonly words: readonly string[];
}

function casesOf(all: readonly Case[]): string {
  return all
    .map(({ patterns, words }) => `    ${patterns.join(' | ')}) echo ${quoted(words.join(' '))} ;;`)
    .join('\n');
}

function quoted(text: string): string {
  return `'${text}'`;
}
