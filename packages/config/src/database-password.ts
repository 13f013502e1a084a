/** The password in a connection string of Postgres, as a URL or as `key=value` words; undefined when it has none. */
export function databasePassword(dsn: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(dsn)) {
    const [, password] = /^[^/]*\/\/[^/?#@:]*:([^/?#]*)@/.exec(dsn) ?? [];
    return password === undefined ? queryPassword(dsn) : decoded(password);
  }
  const [, quoted, plain] = /(?:^|\s)password\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S*))/.exec(dsn) ?? [];
  return quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
}

function queryPassword(dsn: string): string | undefined {
  const start = dsn.indexOf('?');
  return start < 0 ? undefined : (new URLSearchParams(dsn.slice(start + 1)).get('password') ?? undefined);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
