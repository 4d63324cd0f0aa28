import { InvalidArgumentError } from 'commander';

// Parsers of option values. An option that may be given several times is given what came before.

/** `a,b,c` */
export const list = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').map((item) => item.trim()),
];

/** `a=b,c=d` */
export const pairs = (text: string, before: readonly [string, string][] = []): [string, string][] => [
  ...before,
  ...text.split(',').map(pair),
];

/** `a=b` with whatever follows the first equals sign. */
export const setting = (text: string, before: readonly [string, string][] = []): [string, string][] => [
  ...before,
  pair(text),
];

export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is no whole number.');
  return Number(text);
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write name=value.');
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
