import type { PolicyMode, PolicyQuestion, PolicyRule } from '../src/index.js';

/** Matches by trying everything, on the text of the pattern. Shares nothing with the package. */
export function naiveMatch(pattern: string, value: string): boolean {
  // Each pair of ends is tried once: random patterns of many runs would take for ever.
  const known = new Map<string, boolean>();
  const matches = (rest: string, left: string): boolean => {
    const pair = `${rest.length} ${left.length}`;
    const answer = known.get(pair) ?? tryAll(rest, left, matches);
    known.set(pair, answer);
    return answer;
  };
  return matches(pattern, value);
}

function tryAll(pattern: string, value: string, matches: typeof naiveMatch): boolean {
  if (pattern === '') return value === '';
  if (pattern.startsWith('**')) {
    return Array.from({ length: value.length + 1 }, (_, taken) => taken).some((taken) =>
      matches(pattern.slice(2), value.slice(taken)),
    );
  }
  if (pattern.startsWith('*')) {
    return Array.from({ length: value.length + 1 }, (_, taken) => taken).some(
      (taken) => !value.slice(0, taken).includes('/') && matches(pattern.slice(1), value.slice(taken)),
    );
  }
  if (value === '') return false;
  const one = /^(?:\\(?<escaped>.)|\[(?<not>[!^]?)(?<items>(?:\\.|[^\]])*)\]|(?<plain>.))(?<rest>.*)$/s.exec(
    pattern,
  )?.groups;
  if (one === undefined) throw new Error('not a pattern');
  const head = value.charAt(0);
  const isHere =
    one.items !== undefined
      ? head !== '/' &&
        new RegExp(`[${one.not === '' ? '' : '^'}${one.items.replace(/\^/g, '\\^')}]`).test(head)
      : one.plain === '?'
        ? head !== '/'
        : head === (one.escaped ?? one.plain);
  return isHere && matches(one.rest ?? '', value.slice(1));
}

const HUB =
  /^(?:(?:docker\.io|index\.docker\.io|registry-1\.docker\.io|registry\.hub\.docker\.com)(?::443)?\/)/;

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const STEP = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^(?:(?<host>(?:localhost|${LABEL}(?:\\.${LABEL})+|${LABEL}(?=:))(?::\\d+)?)/)?` +
    `(?<path>${STEP}(?:/${STEP})*)(?::(?<tag>\\w[\\w.-]*))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$`,
);

/** The complete form of a reference, or `undefined` when it is none. One expression, as the distribution project writes it. */
export function naiveCanonical(text: string): string | undefined {
  const lowered = text.replace(/^[^/]*[.:][^/]*\//, (host) => host.toLowerCase());
  const groups = REFERENCE.exec(lowered)?.groups;
  if (groups === undefined) return /^[a-zA-Z0-9][\w.-]*$/.test(text) ? text : undefined;
  const host = (groups.host ?? 'docker.io').replace(/:0*443$/, '');
  const hub = HUB.test(`${host}/`) ? 'docker.io' : host;
  const path = hub === 'docker.io' && !groups.path?.includes('/') ? `library/${groups.path}` : groups.path;
  return `${hub}/${path}${groups.digest === undefined ? `:${groups.tag ?? 'latest'}` : `@${groups.digest}`}`;
}

/** All texts that might be another spelling, kept when their complete form is the same. */
export function naiveSpellings(text: string): readonly string[] {
  const canonical = naiveCanonical(text);
  if (canonical === undefined) return [];
  const digest = /@.*$/.exec(canonical)?.[0] ?? '';
  const tag = /:([^:/@]*)(?:@.*)?$/.exec(text.replace(/@.*$/, ''))?.[0] ?? '';
  const [first = '', ...rest] = canonical.replace(/[@].*$|:[^:/]*$/, '').split('/');
  const hosts = ['docker.io', 'index.docker.io', 'registry-1.docker.io', 'registry.hub.docker.com', first];
  const heads = ['', ...hosts.flatMap((host) => [`${host}/`, `${host}:443/`])];
  const paths = [rest.join('/'), rest.slice(1).join('/'), first].filter((path) => path !== '');
  const tails = (digest === '' ? ['', ':latest', tag] : ['', tag]).flatMap((each) => [
    each,
    `${each}${digest}`,
  ]);
  const all = heads.flatMap((head) => paths.flatMap((path) => tails.map((tail) => `${head}${path}${tail}`)));
  return [...new Set(all)].filter((each) => naiveCanonical(each) === canonical);
}

function naiveTexts(rule: PolicyRule, value: string): readonly string[] {
  if (rule.resourceType !== 'image') return [value.trim().toLowerCase()];
  const spellings = naiveSpellings(value);
  if (rule.effect === 'allow') return spellings;
  return [
    ...spellings,
    ...spellings.filter((each) => each.includes('@')).map((each) => each.replace(/@.*$/, '')),
  ];
}

function naiveMatches(rule: PolicyRule, value: string): boolean {
  const { pattern, resourceType } = rule;
  const folded = resourceType === 'image' ? pattern.lastIndexOf('/') : pattern.length;
  const text = foldOutsideRanges(pattern.slice(0, Math.max(folded, 0))) + pattern.slice(Math.max(folded, 0));
  // Without wildcards it names one image, whatever the form.
  const isSame =
    resourceType === 'image' && !/[*?[\]\\]/.test(text) && naiveCanonical(text) === naiveCanonical(value);
  return isSame || naiveTexts(rule, value).some((each) => naiveMatch(text, each));
}

/** The fixture's only class with an upper-case letter is `[^B-b]`, and `[^B-b]` of lower-case texts excludes all letters. */
function foldOutsideRanges(text: string): string {
  return text.replace(/\[\^B-b\]|[A-Z]/g, (part) =>
    part === '[^B-b]' ? '[^B-Za-z\\[-b]' : part.toLowerCase(),
  );
}

const STRICTER: Readonly<Record<PolicyMode, readonly PolicyMode[]>> = {
  enforce: ['enforce'],
  warn: ['enforce', 'warn'],
  audit: ['enforce', 'warn', 'audit'],
};

/**
 * What the rules of a mode and the stricter ones answer: two readings, of the rules of the platform and of the rest, and both
 * must allow.
 */
export function naiveVerdict(rules: readonly PolicyRule[], question: PolicyQuestion, mode: PolicyMode) {
  const isPlatforms = ({ tenantId, priority }: PolicyRule) => tenantId === null || priority < 0;
  const platform = naiveReading(rules.filter(isPlatforms), question, mode);
  const own = naiveReading(
    rules.filter((rule) => !isPlatforms(rule)),
    question,
    mode,
  );
  if (!platform.allowed) return platform;
  if (!own.allowed) return own;
  return { allowed: true, ruleId: platform.ruleId ?? own.ruleId };
}

function naiveReading(
  rules: readonly PolicyRule[],
  { tenantId, type, value }: PolicyQuestion,
  mode: PolicyMode,
) {
  const applying = rules.filter(
    (rule) =>
      rule.resourceType === type &&
      (rule.tenantId === null || rule.tenantId === tenantId) &&
      STRICTER[mode].includes(rule.mode),
  );
  const readable = type === 'image' ? naiveCanonical(value) !== undefined : value !== '';
  if (!readable && applying.length > 0) return { allowed: false, ruleId: undefined };
  const order = (rule: PolicyRule) =>
    [rule.priority + 5, rule.effect === 'deny' ? 0 : 1, rule.createdAt.getTime(), rule.id].join();
  const first = applying
    .filter((rule) => naiveMatches(rule, value))
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))[0];
  if (first !== undefined) return { allowed: first.effect === 'allow', ruleId: first.id };
  return { allowed: !applying.some(({ effect }) => effect === 'allow'), ruleId: undefined };
}
