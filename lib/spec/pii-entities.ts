/**
 * What Presidio's analyzer finds in English text as it is shipped; recognizers of other countries are off there.
 * @see https://microsoft.github.io/presidio/supported_entities/ (2026-11)
 */
export const piiEntities = [
  'CREDIT_CARD',
  'CRYPTO',
  'DATE_TIME',
  'EMAIL_ADDRESS',
  'IBAN_CODE',
  'IP_ADDRESS',
  'LOCATION',
  'MEDICAL_LICENSE',
  'NRP',
  'PERSON',
  'PHONE_NUMBER',
  'UK_NHS',
  'URL',
  'US_BANK_NUMBER',
  'US_DRIVER_LICENSE',
  'US_ITIN',
  'US_PASSPORT',
  'US_SSN',
] as const;

/** Cards, e-mail, phone, IBAN, names and national ids. */
export const defaultPiiEntities = [
  'CREDIT_CARD',
  'EMAIL_ADDRESS',
  'IBAN_CODE',
  'PERSON',
  'PHONE_NUMBER',
  'UK_NHS',
  'US_ITIN',
  'US_PASSPORT',
  'US_SSN',
] as const satisfies readonly (typeof piiEntities)[number][];
