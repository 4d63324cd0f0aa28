import { words } from '../words.js';

export const PartyKind = words('PERSON', 'HOUSEHOLD', 'ORGANISATION');
export type PartyKind = keyof typeof PartyKind;

export const PartyRole = words('PATIENT', 'PRACTITIONER', 'RELATED_PERSON', 'ORGANISATION');
export type PartyRole = keyof typeof PartyRole;

export const ContactPointKind = words('PHONE', 'EMAIL', 'FAX', 'POSTAL_ADDRESS', 'WEB', 'OTHER');
export type ContactPointKind = keyof typeof ContactPointKind;
