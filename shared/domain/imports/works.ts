import { contactWork } from '../contacts/imports/contact-work.ts';
import { consentWork, optOutWork } from '../permissions/imports/permission-work.ts';
import type { ImportKind } from './row-import.ts';
import type { RowWork } from './row-work.ts';

const works: Readonly<Record<ImportKind, RowWork<unknown>>> = {
  consents: consentWork,
  opt_outs: optOutWork,
  contacts: contactWork,
};

export const workOf = (kind: ImportKind): RowWork<unknown> => works[kind];
