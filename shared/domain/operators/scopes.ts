import type { OperatorKeyId } from '../../contracts/ids.ts';

/** What an operator's key may do; each operator route asks for one of these. Names are for good. */
export const operatorScopes = [
  'tenants:read',
  'tenants:write',
  'credits:write',
  'numbers:write',
  'reviews:read',
  'reviews:write',
  'documents:read',
  'audit:read',
  'keys:read',
  'keys:write',
] as const;
export type OperatorScope = (typeof operatorScopes)[number];

/** An operator who calls: under the secret of the stack (`root`), which has every scope, or under a stored key. */
export interface Operator {
  readonly keyId: OperatorKeyId | 'root';
  readonly name: string;
  readonly scopes: readonly OperatorScope[];
}

export const rootOperator: Operator = { keyId: 'root', name: 'root', scopes: operatorScopes };
