import { randomBytes, type KeyObject } from 'node:crypto';

// P-256 (FIPS 186-5). Node signs texts only; a vault is given the digest, and so is this fake of one.
const prime = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const base: Point = {
  x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};
type Point = { readonly x: bigint; readonly y: bigint };

/** ECDSA over a digest that is made already: r and s, 32 bytes each. For tests: it takes no care of timing. */
export function signDigest(privateKey: KeyObject, digest: Uint8Array): Buffer {
  const { d = '' } = privateKey.export({ format: 'jwk' });
  const secret = number(Buffer.from(d, 'base64url'));
  const nonce = (number(randomBytes(32)) % (order - 1n)) + 1n;
  const r = times(nonce, base).x % order;
  const s = mod(inverse(nonce, order) * (number(digest) + r * secret), order);
  return Buffer.concat([bytes(r), bytes(s)]);
}

function times(factor: bigint, point: Point): Point {
  let sum: Point | null = null;
  let power = point;
  for (let rest = factor; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = sum === null ? power : add(sum, power);
    power = add(power, power);
  }
  return sum ?? point;
}

function add(a: Point, b: Point): Point {
  const same = a.x === b.x && a.y === b.y;
  // The curve's a is -3.
  const slope = same
    ? mod((3n * a.x * a.x - 3n) * inverse(2n * a.y, prime), prime)
    : mod((b.y - a.y) * inverse(b.x - a.x, prime), prime);
  const x = mod(slope * slope - a.x - b.x, prime);
  return { x, y: mod(slope * (a.x - x) - a.y, prime) };
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [mod(value, modulus), modulus, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b] = [b % a, a];
    [x, y] = [y - quotient * x, x];
  }
  return mod(x, modulus);
}

const mod = (value: bigint, modulus: bigint): bigint => ((value % modulus) + modulus) % modulus;
const number = (from: Uint8Array): bigint => BigInt(`0x${Buffer.from(from).toString('hex')}`);
const bytes = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
