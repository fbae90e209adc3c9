import type { OperatorKeyPorts } from '../../shared/domain/operators/operator-key.ts';
import { type AuditDeps, auditRoutes } from './audit.ts';
import { type OperatorDocumentDeps, operatorDocumentRoutes } from './operator-documents.ts';
import { type OperatorGrantDeps, operatorGrantRoutes } from './operator-grants.ts';
import { type OperatorIdentityDeps, operatorIdentityRoutes } from './operator-identities.ts';
import { operatorKeyRoutes } from './operator-keys.ts';
import { type OperatorOptOutNumberDeps, operatorOptOutNumberRoutes } from './operator-opt-out-numbers.ts';
import { type OperatorSenderDeps, operatorSenderRoutes } from './operator-sender-numbers.ts';
import { operatorTenantEditRoutes } from './operator-tenant-edit.ts';
import { type OperatorTenantDeps, operatorTenantRoutes } from './operator-tenants.ts';
import type { Route } from './route.ts';

/** The ports that the operator's routes need. */
export type OperatorDeps = OperatorTenantDeps &
  OperatorGrantDeps &
  OperatorOptOutNumberDeps &
  OperatorSenderDeps &
  OperatorDocumentDeps &
  OperatorIdentityDeps &
  OperatorKeyPorts &
  AuditDeps;

/** What the company running the service does; a function of its own serves it, and alone knows the operator's secret. */
export const operatorRoutes: readonly Route<OperatorDeps>[] = [
  ...operatorTenantRoutes,
  ...operatorTenantEditRoutes,
  ...operatorGrantRoutes,
  ...operatorOptOutNumberRoutes,
  ...operatorSenderRoutes,
  ...operatorDocumentRoutes,
  ...operatorIdentityRoutes,
  ...operatorKeyRoutes,
  ...auditRoutes,
];
