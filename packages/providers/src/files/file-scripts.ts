/** How a script says what is wrong, where the message of a tool would not. */
export const EXIT_CODES = {
  is_directory: 82,
  not_a_directory: 83,
  permission_denied: 84,
  not_a_file: 85,
  changed: 86,
} as const;

const { is_directory, not_a_directory, permission_denied, not_a_file, changed } = EXIT_CODES;

/** Type and mode in hexadecimal, size, time of change in seconds. */
const FORMAT = "'%f %s %Y'";

/**
 * $1 the path, $2 a name for the file that is written first. It stands beside the one that it replaces, so that the renaming stays
 * within one file system. The x keeps a line feed at the end of a name.
 */
const PLACES = `
t=$1
if [ -L "$t" ]; then
  t=$(readlink -f -- "$t" && echo x) || exit 1
  t=\${t%?x}
fi
d=\${t%/*}
temp=$d/$2
[ ! -d "$t" ] || exit ${is_directory}`;

/** Scripts for the `/bin/sh` of a sandbox. Their arguments are absolute paths, so that none can be taken for an option. */
export const FILE_SCRIPTS = {
  /** $1 path, $2 temporary name; the content is the standard input. */
  receive: `${PLACES}
if [ -e "$t" ] && [ ! -f "$t" ]; then exit ${not_a_file}; fi
mkdir -p -- "\${d:-/}" || exit 1
umask 077
exec >"$temp" || exit 1
exec cat`,

  /** $1 path, $2 temporary name, $3 mode, $4 size. */
  commit: `${PLACES}
[ "$(stat -c %s -- "$temp")" = "$4" ] || exit ${changed}
chmod -- "$3" "$temp" && exec mv -f -- "$temp" "$t"`,

  /** $1 path, $2 temporary name. */
  discard: `${PLACES}
exec rm -f -- "$temp"`,

  /** $1 path. A line about the file, then its content. What the path leads to may change meanwhile: what was opened counts. */
  read: `
stat -L -c ${FORMAT} -- "$1" >/dev/null || exit 1
[ ! -d "$1" ] || exit ${is_directory}
[ -f "$1" ] || exit ${not_a_file}
exec <"$1" || exit 1
[ -f /proc/self/fd/0 ] || exit ${not_a_file}
stat -L -c ${FORMAT} /proc/self/fd/0 || exit 1
exec cat`,

  /** $1 path, $2 what each entry begins with: a name may contain anything but that. */
  list: `
stat -L -c ${FORMAT} -- "$1" >/dev/null || exit 1
[ -d "$1" ] || exit ${not_a_directory}
if [ ! -r "$1" ] || [ ! -x "$1" ]; then exit ${permission_denied}; fi
command -v find >/dev/null || exit 127
cd -- "$1" || exit 1
find . -maxdepth 1 ! -name . -exec stat -c "$2%f %s %Y %n" -- {} +
:`,

  /** $1 path, $2 \`recursive\` or nothing. */
  delete: `
if [ -L "$1" ] || [ ! -d "$1" ]; then
  stat -c ${FORMAT} -- "$1" >/dev/null || exit 1
  exec rm -f -- "$1"
fi
[ "$2" = recursive ] || exec rmdir -- "$1"
exec rm -rf -- "$1"`,

  /** $1 old path, $2 new path. */
  move: `
stat -c ${FORMAT} -- "$1" >/dev/null || exit 1
[ ! -d "$2" ] || exit ${is_directory}
d=\${2%/*}
mkdir -p -- "\${d:-/}" || exit 1
exec mv -f -- "$1" "$2"`,

  /** $1 path, $2 mode. */
  chmod: 'exec chmod -- "$2" "$1"',

  /** $1 path. A link that leads nowhere is described itself. */
  stat: `
stat -L -c ${FORMAT} -- "$1" 2>/dev/null || exec stat -c ${FORMAT} -- "$1"`,

  /** $1 pattern. Every match ends in a NUL. */
  glob: `
IFS=
for match in $1; do
  if [ -e "$match" ] || [ -L "$match" ]; then printf '%s\\0' "$match"; fi
done`,
} as const;
