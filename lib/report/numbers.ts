import { decimal } from '../decimal';

/** `1,234` above 100, `12.3` above 10, `1.23` below; the digits that a reader can use. */
export function usd(amount: number): string {
  const digits = Math.abs(amount) >= 100 ? 0 : Math.abs(amount) >= 10 ? 1 : 2;
  return decimal(amount, digits);
}

/** Two decimals, for a column of amounts; what rounds to nothing reads `<0.01`. */
export function cents(amount: number): string {
  return amount > 0 && amount < 0.005 ? '<0.01' : decimal(amount, 2);
}

/** A unit price: at least two decimals, as many more as it has, at most six. */
export function unitPrice(amount: number): string {
  return decimal(amount, 2, 6);
}

/** Three significant digits, with groups of thousands and without an exponent; nearly nothing reads `<0.001`. */
export function amount(value: number): string {
  if (value === 0) return '0';
  if (Math.abs(value) < 0.0005) return '<0.001';
  const size = Math.abs(value);
  return decimal(value, 0, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** `12,300,000` as `12.3 million`. */
export function large(value: number): string {
  if (value >= 1e9) return `${amount(value / 1e9)} billion`;
  if (value >= 1e6) return `${amount(value / 1e6)} million`;
  return decimal(value, 0);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${decimal(count, 0)} ${count === 1 ? one : many}`;
}

/** `8 min`, `1 h 30 min`, `45 s`. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${decimal(seconds, 0)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
