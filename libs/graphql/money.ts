import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { IsIn, Max, Min } from 'class-validator';
import { BigIntScalar } from './scalars.js';

/** Currencies in use by ISO 4217 with a country behind them: no XXX, no metals, no funds. */
export const CURRENCIES: readonly string[] = (
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP ' +
  'CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ' +
  'IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU ' +
  'MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG ' +
  'SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV ' +
  'WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG'
).split(' ');

@ObjectType({ description: 'An amount in one currency. Amounts of different currencies are never added up.' })
export class Money {
  @Field(() => BigIntScalar, { description: 'The amount in the smallest unit of the currency: cents, pence, yen.' })
  amountMinor: number;

  @Field(() => String, { description: 'ISO 4217 code, such as USD.' })
  currency: string;
}

@InputType({ description: 'An amount in one currency, 0 or more.' })
export class MoneyInput {
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  @Field(() => BigIntScalar, { description: 'The amount in the smallest unit of the currency: cents, pence, yen.' })
  amountMinor: number;

  @IsIn(CURRENCIES)
  @Field(() => String, { description: 'ISO 4217 code of a currency in use, such as USD.' })
  currency: string;
}
