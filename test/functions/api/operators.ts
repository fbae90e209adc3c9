import type { OperatorScope } from '../../../shared/domain/operators/scopes.ts';
import { type Api, type Asked, operatorKey, type Told } from './api-client.ts';

/** A stored key of an operator, and how to ask with it. */
export interface OperatorOfTests {
  readonly id: string;
  readonly secret: string;
  ask(method: string, path: string, more?: Omit<Asked, 'method' | 'path' | 'key'>): Promise<Told>;
}

/** Makes a key with such scopes, by the root key or another one. */
export async function newOperator(
  api: Api,
  scopes: readonly OperatorScope[],
  { name = 'Kim', by = operatorKey }: { readonly name?: string; readonly by?: string } = {},
): Promise<OperatorOfTests> {
  const body = { name, scopes };
  const { status, json } = await api({ method: 'POST', path: '/operator/v1/keys', key: by, body });
  if (status !== 201) throw new Error(`No key: ${JSON.stringify(json)}`);
  const { id, secret } = json;
  return {
    id,
    secret,
    ask: (method, path, more = {}) => api({ method, path: `/operator/v1${path}`, key: secret, ...more }),
  };
}
