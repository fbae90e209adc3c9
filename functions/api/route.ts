import type * as z from 'zod';
import type { KeyId, Mode, OwnerId, TenantId } from '../../shared/contracts/ids.ts';
import type { Audit } from '../../shared/domain/audit/audit.ts';
import type { Remember, Replayed } from '../../shared/domain/idempotency/idempotency.ts';
import type { Operator, OperatorScope } from '../../shared/domain/operators/scopes.ts';
import type { Problem, ProblemCode } from './problems.ts';

/**
 * How to declare a route: call `route({...})` in the file of its noun, export the list of the noun's routes, and name
 * that list in `customer-routes.ts` or `operator-routes.ts`. The declaration drives routing, validation and the OpenAPI document.
 *
 *     export const getUpload = route({
 *       method: 'GET', path: '/v1/uploads/{id}', auth: 'tenant', tag: 'Uploads',
 *       summary: 'An upload and what its validation found',
 *       params: z.strictObject({ id: uploadIdShape }),
 *       responses: { 200: uploadShape },
 *       problems: ['not_found'],
 *       run: async ({ params, caller }, deps: UploadDeps) => {
 *         const upload = await deps.uploads.find(caller.owner, params.id);
 *         return upload ? answer(200, shownUpload(upload)) : notFound;
 *       },
 *     });
 *
 * - `params`, `query`, `body` are strict zod objects; `run` gets them parsed. A path parameter that does not parse is
 *   404; anything else is 400 with a pointer to each error. Without `body`, only an empty body (or `{}`) is accepted.
 * - `deps`: annotate what `run` needs with an interface of ports; the table asks the wiring for all of them.
 * - Every tenant GET is allowed while the tenant is suspended, everything else is 403 `tenant_suspended`, unless
 *   `whileSuspended` says otherwise.
 * - Before a live tenant's identity is approved it may do what a suspended one may, everything else is 403
 *   `identity_not_verified`, unless `beforeIdentity` says otherwise: it may depend on the body.
 * - An operator's route says which `scope` a key needs for it; without it the caller gets 403 `scope_missing`. All calls
 *   of operators stand in the audit log. `run` notes what it changes by `audit({ before, after })`; a store that has a
 *   transaction for the change puts the entry that this answers into it.
 * - `idempotent: true` makes `Idempotency-Key` required and puts `remember` into the call. Hand
 *   `remember((made) => answer(201, shown(made)))` to the use case. It makes the record from its result, the store
 *   writes it in the transaction that creates the thing (`idempotencyPut`), and tells a refused record as `replayed`,
 *   which `run` returns as it is. Leave secrets out of the remembered answer.
 */
export function route<
  A extends Auth,
  R extends Responses,
  D,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
  I extends boolean = false,
>(declared: RouteDeclaration<A, P, Q, B, R, I, D> & OperatorFacts<A>): Route<D> {
  return declared as unknown as Route<D>;
}

/** `callback`: a carrier's system, which signs what it tells us. */
export type Auth = 'tenant' | 'operator' | 'callback' | 'public';
export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** A body that is a file, not JSON; the declaration lists the content types it may have. */
export interface FileResponse {
  readonly files: readonly string[];
}
export interface FileBody {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly fileName: string;
}

/** By status: the zod shape of the JSON body, a file, or null for no body. */
export type Responses = Readonly<Record<number, z.ZodType | FileResponse | null>>;

type BodyOf<T> = T extends z.ZodType ? Shown<z.input<T>> : T extends FileResponse ? FileBody : null;
type Shown<T> = T extends object ? { readonly [K in keyof T]: Shown<T[K]> } : T;

/** What `run` answers with: one of the declared statuses, and its body. */
export type Answer<R extends Responses = Responses> = {
  [S in keyof R & number]: {
    readonly status: S;
    readonly body: BodyOf<R[S]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof R & number];

/** An answer of `run`; keeps status and words as literals. */
export const answer = <const S extends number, const B>(
  status: S,
  body: B,
  headers: Readonly<Record<string, string>> = {},
) => ({ status, body, headers });

/** Who calls, by a key of theirs. */
export interface TenantCaller {
  readonly tenantId: TenantId;
  readonly owner: OwnerId;
  readonly mode: Mode;
  readonly keyId: KeyId;
}

type CallerOf<A extends Auth> = A extends 'tenant' ? TenantCaller : A extends 'operator' ? Operator : null;

/** One request as `run` sees it: parsed, authenticated, counted. */
export interface Call<
  A extends Auth = Auth,
  P = unknown,
  Q = unknown,
  B = unknown,
  R extends Responses = Responses,
  I = boolean,
> {
  readonly caller: CallerOf<A>;
  /** How the caller names what it tells us: the signed `webhook-id`. */
  readonly callbackId: A extends 'callback' ? string : null;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly requestId: string;
  /** The time of the request; everything it does happens at this time. */
  readonly nowMs: number;
  /** Notes, for the log of what operators do, what this action changes. Secrets stay out of it. */
  readonly audit: A extends 'operator' ? Audit : null;
  /** How the result will be answered when the request comes again. Leave secrets out of it. */
  readonly remember: I extends true ? RememberAs<R> : null;
}

type RememberAs<R extends Responses> = <T>(
  answer: (result: T) => Answer<R>,
  /** Kept at least until then, beyond the usual 72 hours. */
  keepUntilMs?: (result: T) => number,
) => Remember<T>;

interface RouteFacts {
  readonly method: Method;
  /** `/v1/uploads/{id}`; a literal segment wins over a parameter. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly whileSuspended?: 'allowed' | 'refused';
  /** The problems of its own; those that any request may meet are added to the document by themselves. */
  readonly problems?: readonly ProblemCode[];
}

/** What only the routes of operators say, and each of them must. */
type OperatorFacts<A extends Auth> = A extends 'operator'
  ? { readonly scope: OperatorScope }
  : { readonly scope?: never };

/** Whether a live tenant may do it before its identity is approved. */
type BeforeIdentity<B> = 'allowed' | 'refused' | ((body: B) => 'allowed' | 'refused');

interface RouteDeclaration<
  A extends Auth,
  P extends z.ZodType,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends Responses,
  I extends boolean,
  D,
> extends RouteFacts {
  readonly auth: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly responses: R;
  readonly idempotent?: I;
  readonly beforeIdentity?: BeforeIdentity<z.output<B>>;
  /** Of a callback: what to do when it was signed, and could not be read. */
  unread?(callbackId: string, deps: D): void;
  run(call: Call<A, z.output<P>, z.output<Q>, z.output<B>, R, I>, deps: D): Promise<Answer<R> | Problem | Replayed>;
}

/** A declared route as the door uses it; `D` are the ports it needs. */
export interface Route<D> extends RouteFacts {
  readonly auth: Auth;
  readonly scope?: OperatorScope;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly responses: Responses;
  readonly idempotent?: boolean;
  readonly beforeIdentity?: BeforeIdentity<unknown>;
  readonly unread?: (callbackId: string, deps: D) => void;
  readonly run: (call: Call, deps: D) => Promise<Answer | Problem | Replayed>;
}

/**
 * What a suspended tenant may do: looking is always allowed, and so is what only makes less go out (stopping, giving up,
 * taking a refusal, deleting what is known of people); what creates, spends or sends is not.
 */
export const whileSuspendedOf = <D>({ auth, method, whileSuspended }: Route<D>): 'allowed' | 'refused' =>
  auth === 'tenant' ? (whileSuspended ?? (method === 'GET' ? 'allowed' : 'refused')) : 'allowed';

/** The same of a live tenant before its identity is approved: what stops something or takes a refusal is as harmless there. */
export const beforeIdentityOf = <D>(route: Route<D>): BeforeIdentity<unknown> =>
  (route.auth === 'tenant' ? route.beforeIdentity : undefined) ?? whileSuspendedOf(route);
