/** An amount with its currency; null where nothing was said of money. */
export const moneyOf = (amountMinor: number | undefined, currency: string | undefined) =>
  amountMinor === undefined || currency === undefined ? null : { amountMinor, currency };
