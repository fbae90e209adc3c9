import { type CategoryId, type OwnerId, type TemplateId, tenantOf } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { Ids, Tenants, Time } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import { type MessageTemplate, type TemplateContent, templateProblems } from './message-template.ts';
import type { TemplateStore } from './ports.ts';

export interface TemplatePorts {
  readonly templates: TemplateStore;
  readonly tenants: Pick<Tenants, 'charactersOf'>;
  readonly ids: Ids;
  readonly time: Time;
}

/** What a customer asks for. */
export interface TemplateRequest {
  readonly name: string;
  readonly categoryId: CategoryId | null;
  readonly content: TemplateContent;
}

export type TemplateRefusal =
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'no_category' }
  | { readonly kind: 'full' };

/** Keeps a text; what nobody could be sent is refused now. */
export async function createTemplate(
  { templates, tenants, ids, time }: TemplatePorts,
  owner: OwnerId,
  { name, categoryId, content }: TemplateRequest,
  remember: Remember<MessageTemplate>,
): Promise<{ readonly kind: 'created'; readonly template: MessageTemplate } | Replayed | TemplateRefusal> {
  const problems = templateProblems(content, await tenants.charactersOf(tenantOf(owner)));
  if (problems.length > 0) return { kind: 'content', problems };
  const nowMs = time.now();
  const template: MessageTemplate = {
    ...{ id: `tpl_${ids.ulid()}`, owner, name, categoryId, content },
    channel: 'sms',
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  const outcome = await templates.create(template, remember(template));
  return outcome.kind === 'created' ? { kind: 'created', template } : outcome;
}

export interface TemplateChanges {
  readonly name?: string;
  readonly categoryId?: CategoryId | null;
  readonly content: Partial<TemplateContent>;
  /** The version that the changes are meant for; null: whichever is there. */
  readonly version: number | null;
}

/** Changes what is given and leaves the rest, as a new version. Nothing that another wrote meanwhile is overwritten. */
export async function editTemplate(
  { templates, tenants, time }: Omit<TemplatePorts, 'ids'>,
  owner: OwnerId,
  id: TemplateId,
  { version, content: said, ...given }: TemplateChanges,
): Promise<
  | { readonly kind: 'edited'; readonly template: MessageTemplate }
  | { readonly kind: 'absent' }
  | { readonly kind: 'changed' }
  | TemplateRefusal
> {
  const before = await templates.find(owner, id);
  if (!before) return { kind: 'absent' };
  if (version !== null && version !== before.version) return { kind: 'changed' };
  const content = { ...before.content, ...said };
  // A change of the rules does not keep anybody from moving what was kept under others
  const isSaid = Object.keys(said).length > 0;
  const problems = isSaid ? templateProblems(content, await tenants.charactersOf(tenantOf(owner))) : [];
  if (problems.length > 0) return { kind: 'content', problems };
  const outcome = await templates.replace(before, { ...before, ...given, content, updatedAtMs: time.now() });
  return typeof outcome === 'string' ? { kind: outcome } : { kind: 'edited', template: outcome };
}

/** Whatever was made from it stays. */
export async function removeTemplate(
  { templates }: Pick<TemplatePorts, 'templates'>,
  owner: OwnerId,
  id: TemplateId,
): Promise<'removed' | 'absent' | 'changed'> {
  const before = await templates.find(owner, id);
  return before ? templates.remove(before) : 'absent';
}
