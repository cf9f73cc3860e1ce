/** Decimal numbers of any length, with the scales that bc gives to results. */

export interface Decimal {
  /** The number times ten to the power of its scale. */
  readonly units: bigint;
  /** Digits behind the point. */
  readonly scale: number;
}

export const decimal = (value: number | bigint): Decimal => ({ units: BigInt(value), scale: 0 });
export const ZERO = decimal(0);
export const ONE = decimal(1);

const power = (scale: number): bigint => 10n ** BigInt(scale);

/** Cut or filled up to so many digits behind the point. */
export function scaledTo({ units, scale }: Decimal, wanted: number): Decimal {
  return { units: wanted >= scale ? units * power(wanted - scale) : units / power(scale - wanted), scale: wanted };
}

export function parseDecimal(text: string): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  return { units: BigInt(`${whole}${fraction}` || '0'), scale: fraction.length };
}

export const negated = ({ units, scale }: Decimal): Decimal => ({ units: -units, scale });

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { units: scaledTo(a, scale).units + scaledTo(b, scale).units, scale };
}

export const subtract = (a: Decimal, b: Decimal): Decimal => add(a, negated(b));

export function multiply(a: Decimal, b: Decimal, scale: number): Decimal {
  const exact = { units: a.units * b.units, scale: a.scale + b.scale };
  return scaledTo(exact, Math.min(exact.scale, Math.max(scale, a.scale, b.scale)));
}

/** `b` is not zero. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  return {
    units: scaledTo(a, scale + b.scale + Math.max(0, a.scale - scale)).units / (b.units * power(Math.max(0, a.scale - scale))),
    scale,
  };
}

export function modulo(a: Decimal, b: Decimal, scale: number): Decimal {
  const quotient = divide(a, b, scale);
  const exact = { units: quotient.units * b.units, scale: quotient.scale + b.scale };
  return scaledTo(subtract(a, exact), Math.max(scale + b.scale, a.scale));
}

export function raised(a: Decimal, exponent: number, scale: number): Decimal {
  const size = Math.abs(exponent);
  const exact = { units: a.units ** BigInt(size), scale: a.scale * size };
  if (exponent < 0) return divide(ONE, exact, scale);
  return scaledTo(exact, Math.min(exact.scale, Math.max(scale, a.scale)));
}

/** `a` is not negative. */
export function squareRoot(a: Decimal, scale: number): Decimal {
  const wanted = Math.max(scale, a.scale);
  const { units } = scaledTo(a, wanted * 2);
  if (units < 2n) return { units, scale: wanted };
  let root = 1n << BigInt((units.toString(2).length + 1) >> 1);
  for (let next = (root + units / root) >> 1n; next < root; next = (root + units / root) >> 1n) root = next;
  return { units: root, scale: wanted };
}

export function compare(a: Decimal, b: Decimal): number {
  const { units } = subtract(a, b);
  return units < 0n ? -1 : units > 0n ? 1 : 0;
}

export const toNumber = ({ units, scale }: Decimal): number => Number(units / power(scale));

/** As bc prints it: without a zero before the point. */
export function decimalText({ units, scale }: Decimal): string {
  if (units === 0n) return '0';
  const digits = (units < 0n ? -units : units).toString().padStart(scale, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
}

/** A whole number in another base. */
export function inBase(value: Decimal, base: number): string {
  const whole = scaledTo(value, 0).units;
  if (base <= 16) return whole.toString(base).toUpperCase();
  const digits: string[] = [];
  for (let rest = whole < 0n ? -whole : whole; rest > 0n || digits.length === 0; rest /= BigInt(base))
    digits.unshift(String(rest % BigInt(base)).padStart(2, '0'));
  return `${whole < 0n ? '-' : ''} ${digits.join(' ')}`;
}

/** Digits that a series is computed to beyond those that are asked for. */
const GUARD = 12;

/** e to the power of `a`. */
export function exponential(a: Decimal, scale: number): Decimal {
  const isNegative = a.units < 0n;
  const size = isNegative ? negated(a) : a;
  const digits = scale + GUARD + Math.ceil(toNumber(size) / 2);
  const one = power(digits);
  // Halved until it is small, and the result squared as often.
  let halvings = 0;
  let x = scaledTo(size, digits).units;
  for (; x > one / 4n; x /= 2n) halvings++;
  let sum = one;
  let term = one;
  for (let n = 1n; term !== 0n; n++) sum += term = (term * x) / one / n;
  for (; halvings > 0; halvings--) sum = (sum * sum) / one;
  return scaledTo({ units: isNegative ? (one * one) / sum : sum, scale: digits }, scale);
}

/** The natural logarithm of a positive number. */
export function logarithm(a: Decimal, scale: number): Decimal {
  const digits = scale + GUARD + Math.max(0, decimalText(a).length - a.scale);
  const one = power(digits);
  let x = scaledTo(a, digits).units;
  let doublings = 1n;
  // Roots are taken until it is near one.
  while (x > (one * 11n) / 10n || x < (one * 9n) / 10n) {
    x = squareRoot({ units: x, scale: digits }, digits).units;
    doublings *= 2n;
  }
  const ratio = ((x - one) * one) / (x + one);
  const square = (ratio * ratio) / one;
  let sum = 0n;
  let term = ratio;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term / n;
    term = (term * square) / one;
  }
  return scaledTo({ units: 2n * sum * doublings, scale: digits }, scale);
}

export function arctangent(a: Decimal, scale: number): Decimal {
  const digits = scale + GUARD;
  const one = power(digits);
  let x = scaledTo(a, digits).units;
  let doublings = 1n;
  while (x > one / 5n || x < -one / 5n) {
    const root = squareRoot({ units: one * one + x * x, scale: digits * 2 }, digits * 2).units / one;
    x = (x * one) / (one + (root * one) / one);
    doublings *= 2n;
  }
  const square = (x * x) / one;
  let sum = 0n;
  let term = x;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term / n;
    term = (-term * square) / one;
  }
  return scaledTo({ units: sum * doublings, scale: digits }, scale);
}

export function sine(a: Decimal, scale: number, isCosine = false): Decimal {
  const digits = scale + GUARD + String(toNumber(a)).length;
  const one = power(digits);
  const pi = arctangent(ONE, digits).units * 4n;
  const x = scaledTo(a, digits).units % (2n * pi);
  const square = (x * x) / one;
  let term = isCosine ? one : x;
  let sum = 0n;
  for (let n = isCosine ? 1n : 2n; term !== 0n; n += 2n) {
    sum += term;
    term = (-term * square) / one / (n * (n + 1n));
  }
  return scaledTo({ units: sum, scale: digits }, scale);
}
