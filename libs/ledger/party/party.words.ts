import { Channel } from '../touch/touch.words.js';
import { words } from '../words.js';

export const PartyKind = words('PERSON', 'HOUSEHOLD', 'ORGANISATION');
export type PartyKind = keyof typeof PartyKind;

export const PartyRole = words('PATIENT', 'PRACTITIONER', 'RELATED_PERSON', 'ORGANISATION');
export type PartyRole = keyof typeof PartyRole;

export const ContactPointKind = words('PHONE', 'EMAIL', 'FAX', 'POSTAL_ADDRESS', 'WEB', 'OTHER');
export type ContactPointKind = keyof typeof ContactPointKind;

export const NeedKind = words('PROBLEM', 'UNMET', 'DESIRED_FEELING');
export type NeedKind = keyof typeof NeedKind;

export const NeedBasis = words('STATED', 'INFERRED');
export type NeedBasis = keyof typeof NeedBasis;

export const ConsentPurpose = words('MARKETING', 'SERVICE', 'RESEARCH', 'DATA_SHARING');
export type ConsentPurpose = keyof typeof ConsentPurpose;

/** A channel of contact, or all of them. */
export const ConsentChannel = { ANY: 'ANY', ...Channel } as const;
export type ConsentChannel = keyof typeof ConsentChannel;
