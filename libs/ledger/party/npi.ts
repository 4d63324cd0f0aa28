/**
 * Whether the text is a National Provider Identifier (USA): ten digits, the last of which makes the Luhn sum over
 * 80840 (the prefix of health applications in the USA) and all ten divisible by ten. (45 CFR 162.406, ISO/IEC 7812-1.)
 */
export function isNpi(text: string): boolean {
  if (!/^\d{10}$/.test(text)) return false;
  const digits = [...`80840${text}`].reverse().map(Number);
  const sum = digits.reduce((total, digit, place) => {
    if (place % 2 === 0) return total + digit;
    return total + (digit > 4 ? digit * 2 - 9 : digit * 2);
  }, 0);
  return sum % 10 === 0;
}
