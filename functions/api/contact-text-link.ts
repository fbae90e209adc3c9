import * as z from 'zod';
import { contactIdShape, templateIdShape } from '../../shared/contracts/ids.ts';
import { variablesOf } from '../../shared/domain/contacts/contact.ts';
import type { ContactReader } from '../../shared/domain/contacts/ports.ts';
import { textLink } from '../../shared/domain/contacts/text-link.ts';
import type { MessageContent } from '../../shared/domain/content/content.ts';
import { type Preview, type PreviewPorts, previewMessage } from '../../shared/domain/previews/preview.ts';
import type { TemplateReader } from '../../shared/domain/templates/ports.ts';
import { contentProblem } from './content-problem.ts';
import { notFound, type Problem, type ProblemCode, problem } from './problems.ts';
import { answer, route } from './route.ts';

export interface TextLinkDeps {
  readonly contacts: ContactReader;
  readonly templates: TemplateReader;
  readonly previewing: PreviewPorts;
}

const linkShape = z
  .object({
    link: z.string().meta({ example: 'sms:+821012345678?body=%EC%95%88%EB%85%95' }),
    text: z.string().meta({ description: 'The finished text, as the link has it' }),
  })
  .meta({ id: 'TextLink' });

/** Of a text in an address; longer ones are templates. */
const queryTextMax = 2_000;

const get = route({
  method: 'GET',
  path: '/v1/contacts/{id}/text-link',
  auth: 'tenant',
  tag: 'Contacts',
  summary: 'A link that opens the finished text for a contact in the messages of your own phone',
  description:
    'Give `text` or `templateId`. The text is finished by the rules and the renderer of a send; a subject and images are left out. Nothing is kept, and nothing costs a credit: your phone sends it.',
  params: z.strictObject({ id: contactIdShape }),
  query: z
    .strictObject({
      text: z.string().min(1).max(queryTextMax).optional(),
      templateId: templateIdShape.optional(),
    })
    .refine(({ text, templateId }) => (text === undefined) !== (templateId === undefined), {
      message: 'Give either text or templateId.',
    }),
  responses: { 200: linkShape },
  problems: [
    'not_found',
    'invalid_template',
    'invalid_number',
    'missing_variable',
    'too_long',
    'unsendable_character',
    'unprocessable',
  ],
  run: async ({ caller, params, query }, deps: TextLinkDeps) => {
    const contact = (await deps.contacts.readMany(caller.owner, [params.id])).get(params.id);
    if (!contact) return notFound;
    const said = await saidBy(deps, caller.owner, query);
    if (said === null) {
      const detail = 'There is no such template of yours.';
      const error = { in: 'query', pointer: '/templateId', code: 'invalid_value', detail } as const;
      return problem('unprocessable', detail, { errors: [error] });
    }
    const message = { ...said, type: 'auto', subject: null, images: [], from: '', advertisement: null } as const;
    const recipient = { to: `+${contact.digits}`, variables: variablesOf(contact) };
    // People’s own phones send it: what they may is not ours to say
    const made = await previewMessage(deps.previewing, caller.owner, message, { ...recipient, asksNobody: true });
    switch (made.kind) {
      case 'preview':
        if (made.text === null) return unfinished(made);
        return answer(200, { link: textLink(recipient.to, made.text), text: made.text });
      case 'content':
        return inQuery(contentProblem(made.problems, ''));
      default:
        throw new Error(`A message that is no advertisement was refused as ${made.kind}`);
    }
  },
});

async function saidBy(
  { templates }: Pick<TextLinkDeps, 'templates'>,
  owner: Parameters<TemplateReader['find']>[0],
  { text = '', templateId }: { readonly text?: string | undefined; readonly templateId?: `tpl_${string}` | undefined },
): Promise<Pick<MessageContent, 'text' | 'variables'> | null> {
  if (templateId === undefined) return { text, variables: [] };
  const template = await templates.find(owner, templateId);
  return template && { text: template.content.text, variables: template.content.variables };
}

/** A text is said in the query here. */
const inQuery = (refused: Problem): Problem => ({
  ...refused,
  errors: refused.errors.map((error) => ({ ...error, in: 'query' as const })),
});

function unfinished({ reason, missing, unsendable }: Preview): Problem {
  const code = reasons[reason as keyof typeof reasons] as ProblemCode | undefined;
  if (code === undefined) throw new Error(`A contact was left out as ${reason}`);
  switch (code) {
    case 'missing_variable':
      return problem(
        code,
        `The contact has no ${missing.map((name) => `"${name}"`).join(', ')}, and there is no default.`,
      );
    case 'unsendable_character':
      return problem(code, `The text has ${unsendable.length} characters that phones cannot receive.`);
    case 'too_long':
      return problem(code, 'The finished text is longer than any text message.');
    default:
      return problem(code, 'The number of the contact is abroad, where no text can be judged.');
  }
}

const reasons = {
  missing_variable: 'missing_variable',
  unsendable_character: 'unsendable_character',
  too_long: 'too_long',
  foreign_number: 'invalid_number',
} as const;

export const textLinkRoutes = [get];
