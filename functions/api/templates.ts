import * as z from 'zod';
import { categoryIdShape, type TemplateId, templateIdShape } from '../../shared/contracts/ids.ts';
import {
  createTemplate,
  editTemplate,
  removeTemplate,
  type TemplatePorts,
} from '../../shared/domain/templates/edit-template.ts';
import { type MessageTemplate, searchedName } from '../../shared/domain/templates/message-template.ts';
import { busy, notFound, type Problem, problem } from './problems.ts';
import { answer, route } from './route.ts';
import { listShape, pageQuery, shownPage } from './shapes.ts';
import {
  editedTemplateShape,
  newTemplateShape,
  shownTemplate,
  templateRefusalProblem,
  templateShape,
} from './template-shapes.ts';

export interface TemplateDeps {
  readonly templating: TemplatePorts;
}

const templateParams = z.strictObject({ id: templateIdShape });

const create = route({
  method: 'POST',
  path: '/v1/templates',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Keep a text to send it again and again, by its `templateId`',
  description: 'Checked like the text of a dispatch. At most 1,000 templates; live and test have their own.',
  body: newTemplateShape,
  responses: { 201: templateShape },
  idempotent: true,
  problems: ['invalid_template', 'unprocessable', 'upload_rejected', 'upload_expired'],
  run: async ({ caller, body, remember }, { templating }: TemplateDeps) => {
    const { name, categoryId, type, subject, text, variables, images } = body;
    const shown = (template: MessageTemplate) => answer(201, shownTemplate(template));
    const request = { name, categoryId, content: { type, subject, text, variables, images } };
    const result = await createTemplate(templating, caller.owner, request, remember(shown));
    if (result.kind === 'created') return shown(result.template);
    return result.kind === 'replayed' ? result : templateRefusalProblem(result);
  },
});

const list = route({
  method: 'GET',
  path: '/v1/templates',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Your templates, newest first; by part of the name and by category',
  query: z.strictObject({
    ...pageQuery<TemplateId>(templateIdShape),
    name: z.string().min(1).max(50).optional().meta({ description: 'A part of the name, in any case' }),
    categoryId: categoryIdShape.optional().meta({ description: 'Those directly in this category' }),
  }),
  responses: { 200: listShape(templateShape) },
  run: async ({ caller, query }, { templating }: TemplateDeps) => {
    const page = await templating.templates.list(caller.owner, {
      namePart: query.name === undefined ? null : searchedName(query.name),
      categoryId: query.categoryId ?? null,
      limit: query.limit,
      after: query.cursor ?? null,
    });
    return answer(200, shownPage(page, shownTemplate));
  },
});

const get = route({
  method: 'GET',
  path: '/v1/templates/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'A template: its last version, and the variables it uses',
  params: templateParams,
  responses: { 200: templateShape },
  problems: ['not_found'],
  run: async ({ caller, params }, { templating }: TemplateDeps) => {
    const template = await templating.templates.find(caller.owner, params.id);
    return template ? answer(200, shownTemplate(template)) : notFound;
  },
});

const edit = route({
  method: 'PATCH',
  path: '/v1/templates/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Change what is given, as a new version; move it with `categoryId`',
  description:
    'Dispatches and campaigns keep the version that they were made from, images included. Of `images`, those that the ' +
    'template has already may be named though their uploads have gone.',
  params: templateParams,
  body: editedTemplateShape,
  responses: { 200: templateShape },
  problems: ['not_found', 'conflict', 'invalid_template', 'unprocessable', 'upload_rejected', 'upload_expired'],
  run: async ({ caller, params, body }, { templating }: TemplateDeps) => {
    const { name, categoryId, version = null, ...content } = body;
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(categoryId === undefined ? {} : { categoryId }),
      ...{ content, version },
    };
    const result = await editTemplate(templating, caller.owner, params.id, changes);
    switch (result.kind) {
      case 'edited':
        return answer(200, shownTemplate(result.template));
      case 'absent':
        return notFound;
      case 'changed':
        return version === null ? busy : anotherVersion;
      default:
        return templateRefusalProblem(result);
    }
  },
});

const anotherVersion: Problem = problem(
  'conflict',
  'There is another version of this template by now: look at it, and give its number.',
);

const remove = route({
  method: 'DELETE',
  path: '/v1/templates/{id}',
  auth: 'tenant',
  tag: 'Templates',
  summary: 'Remove a template; what was made from it stays as it is',
  params: templateParams,
  responses: { 204: null },
  problems: ['not_found', 'conflict'],
  run: async ({ caller, params }, { templating }: TemplateDeps) => {
    const outcome = await removeTemplate(templating, caller.owner, params.id);
    if (outcome === 'absent') return notFound;
    return outcome === 'changed' ? busy : answer(204, null);
  },
});

export const templateRoutes = [create, list, get, edit, remove];
