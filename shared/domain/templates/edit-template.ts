import type { CategoryId, OwnerId, TemplateId, UploadId } from '../../contracts/ids.ts';
import type { ContentProblem } from '../content/content.ts';
import type { Tenants, Time } from '../dispatches/ports.ts';
import type { Remember, Replayed } from '../idempotency/idempotency.ts';
import type { ImageRefusal } from '../images/attached-images.ts';
import { type MessageTemplate, type TemplateContent, templateProblems } from './message-template.ts';
import type { TemplateStore } from './ports.ts';
import { askedImages, copiedForTemplate, isSameImages, type TemplateImagePorts } from './template-images.ts';

export interface TemplatePorts extends TemplateImagePorts {
  readonly templates: TemplateStore;
  readonly tenants: Pick<Tenants, 'charactersOf'>;
  readonly time: Time;
}

/** What a template says, as it is asked for: with uploads for its images. */
export type AskedContent = Omit<TemplateContent, 'images'> & { readonly images: readonly UploadId[] };

/** What a customer asks for. */
export interface TemplateRequest {
  readonly name: string;
  readonly categoryId: CategoryId | null;
  readonly content: AskedContent;
}

export type TemplateRefusal =
  | { readonly kind: 'content'; readonly problems: readonly ContentProblem[] }
  | { readonly kind: 'no_category' }
  | { readonly kind: 'full' }
  | ImageRefusal;

/** Keeps a text; what nobody could be sent is refused now. */
export async function createTemplate(
  ports: TemplatePorts,
  owner: OwnerId,
  { name, categoryId, content: asked }: TemplateRequest,
  remember: Remember<MessageTemplate>,
): Promise<{ readonly kind: 'created'; readonly template: MessageTemplate } | Replayed | TemplateRefusal> {
  const { templates, tenants, ids } = ports;
  const nowMs = ports.time.now();
  const ready = await askedImages(ports, owner, asked.images, [], nowMs);
  if (ready.kind !== 'ready') return ready;
  const content = { ...asked, images: ready.images };
  const problems = templateProblems(content, await tenants.charactersOf(owner));
  if (problems.length > 0) return { kind: 'content', problems };
  const id: TemplateId = `tpl_${ids.ulid()}`;
  const copied = await copiedForTemplate(ports, { owner, id }, content.images, nowMs);
  if (copied.kind !== 'copied') return copied;
  const { images, imageSet } = copied;
  const template: MessageTemplate = {
    ...{ id, owner, name, categoryId, content: { ...content, images }, imageSet },
    channel: 'sms',
    version: 1,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  const outcome = await templates.create(template, remember(template));
  if (outcome.kind === 'images_gone') return imagesGone;
  return outcome.kind === 'created' ? { kind: 'created', template } : outcome;
}

export interface TemplateChanges {
  readonly name?: string;
  readonly categoryId?: CategoryId | null;
  readonly content: Partial<AskedContent>;
  /** The version that the changes are meant for; null: whichever is there. */
  readonly version: number | null;
}

/** Changes what is given and leaves the rest, as a new version. Nothing that another wrote meanwhile is overwritten. */
export async function editTemplate(
  ports: TemplatePorts,
  owner: OwnerId,
  id: TemplateId,
  { version, content: said, ...given }: TemplateChanges,
): Promise<
  | { readonly kind: 'edited'; readonly template: MessageTemplate }
  | { readonly kind: 'absent' }
  | { readonly kind: 'changed' }
  | TemplateRefusal
> {
  const { templates, tenants } = ports;
  const before = await templates.find(owner, id);
  if (!before) return { kind: 'absent' };
  if (version !== null && version !== before.version) return { kind: 'changed' };
  const nowMs = ports.time.now();
  const had = before.content.images;
  const { images: asked = null, ...text } = said;
  const others = asked === null || isSameImages(asked, had) ? null : asked;
  const ready = others && (await askedImages(ports, owner, others, had, nowMs));
  if (ready && ready.kind !== 'ready') return ready;
  const content = { ...before.content, ...text, images: ready?.images ?? had };
  // A change of the rules does not keep anybody from moving what was kept under others
  const isSaid = Object.keys(said).length > 0;
  const problems = isSaid ? templateProblems(content, await tenants.charactersOf(owner)) : [];
  if (problems.length > 0) return { kind: 'content', problems };
  const copied = ready ? await copiedForTemplate(ports, before, ready.images, nowMs) : null;
  if (copied && copied.kind !== 'copied') return copied;
  const { images, imageSet } = copied ?? { images: had, imageSet: before.imageSet };
  const after = { ...before, ...given, content: { ...content, images }, imageSet, updatedAtMs: nowMs };
  const outcome = await templates.replace(before, after);
  if (outcome === 'images_gone') return imagesGone;
  return typeof outcome === 'string' ? { kind: outcome } : { kind: 'edited', template: outcome };
}

/** The sweeper came between the copies and the template: the request took longer than any may. */
const imagesGone: ImageRefusal = { kind: 'image_gone', index: 0 };

/** Whatever was made from it stays. */
export async function removeTemplate(
  { templates, time }: Pick<TemplatePorts, 'templates' | 'time'>,
  owner: OwnerId,
  id: TemplateId,
): Promise<'removed' | 'absent' | 'changed'> {
  const before = await templates.find(owner, id);
  return before ? templates.remove(before, time.now()) : 'absent';
}
