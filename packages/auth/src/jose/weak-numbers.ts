/** The product of the odd primes below 752, as NIST SP 800-56B section 6.4.2.1 looks for them. */
const SMALL_PRIMES = oddPrimesBelow(752).reduce((product, prime) => product * BigInt(prime), 1n);

/** True for a modulus that a small prime divides: whoever can divide has its private key. */
export function hasSmallFactor(modulus: Buffer): boolean {
  let [a, b] = [SMALL_PRIMES, BigInt(`0x${modulus.toString('hex')}`) % SMALL_PRIMES];
  while (b !== 0n) [a, b] = [b, a % b];
  return a !== 1n;
}

/**
 * The points of Ed25519 whose order divides 8, and the spellings of them that are not canonical, without the sign bit. With
 * such a key one signature fits every message, whoever made it.
 */
const SMALL_ORDER_POINTS: ReadonlySet<string> = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

export function isSmallOrderPoint(point: Buffer): boolean {
  const unsigned = Buffer.from(point);
  unsigned[31] = (unsigned[31] ?? 0) & 0x7f;
  return SMALL_ORDER_POINTS.has(unsigned.toString('hex'));
}

function oddPrimesBelow(limit: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 3; candidate < limit; candidate += 2) {
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  }
  return primes;
}
