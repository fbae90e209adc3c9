import * as z from 'zod';
import { contactIdShape } from '../../shared/contracts/ids.ts';
import {
  attributeCharactersMax,
  attributeNameProblem,
  attributesBytesMax,
  attributesFit,
  attributesMax,
  isDate,
  isPlainNumber,
} from '../../shared/domain/contacts/attribute.ts';
import { type Contact, nameCharactersMax, tagCharactersMax, tagsMax } from '../../shared/domain/contacts/contact.ts';
import type { DeletedContact, KeptThing } from '../../shared/domain/contacts/delete-contact.ts';
import { keptThings } from '../../shared/domain/contacts/delete-contact.ts';
import type { Permission } from '../../shared/domain/permissions/permission.ts';
import { shownStanding, standing } from './permission-shapes.ts';
import { shownTime, shownTimeOrNull, timeShape } from './shapes.ts';

/** How contacts come in and go out. */

const dateShape = z.strictObject({
  date: z.string().refine(isDate, 'must be a day that exists, as 2026-12-24').meta({ example: '1990-05-01' }),
});
const valueShape = z.union([
  z.string().max(attributeCharactersMax),
  z.number().refine(isPlainNumber, 'A number of more than 15 digits is not exact in JSON: give it as a text.'),
  z.boolean(),
  dateShape,
]);

const guide = `At most ${attributesMax}, by names of your own: a text, a number, true or false, or a date as \`{"date": "2026-12-24"}\`. A message has them as variables, and \`name\` beside them`;

/** Attributes by their composed names, so that a text finds them however they were typed. */
function attributesShape<T extends z.ZodType>(value: T) {
  return z
    .record(z.string(), value)
    .transform((given, context) => {
      const named = new Map<string, z.output<T>>();
      for (const [key, each] of Object.entries(given) as [string, z.output<T>][]) {
        const name = key.normalize('NFC');
        const message = named.has(name) ? 'is given twice' : attributeNameProblem(name);
        if (message !== null) context.addIssue({ code: 'custom', path: [key], message });
        named.set(name, each);
      }
      if (named.size > attributesMax) {
        const message = `must have at most ${attributesMax} entries`;
        context.addIssue({ code: 'custom', message, params: { code: 'too_big' } });
      }
      return Object.fromEntries(named) as Readonly<Record<string, z.output<T>>>;
    })
    .meta({ description: guide, example: { city: '서울', points: 120, birthday: { date: '1990-05-01' } } });
}

const tagsShape = z
  .array(
    z
      .string()
      .trim()
      .min(1)
      .max(tagCharactersMax)
      .regex(/^[^,\p{Cc}]*$/u, 'must have no comma')
      .transform((tag) => tag.normalize('NFC')),
  )
  .max(tagsMax)
  .transform((tags) => [...new Set(tags)]);

const members = {
  number: z.string().min(3).max(64).meta({ description: 'In any usual form', example: '010-1234-5678' }),
  name: z.string().trim().min(1).max(nameCharactersMax).nullable(),
  attributes: attributesShape(valueShape),
  tags: tagsShape,
};

const wholeAttributes = members.attributes.refine(attributesFit, {
  message: `must have at most ${attributesBytesMax} bytes together`,
  params: { code: 'too_big' },
});

export const newContactShape = z.strictObject({
  number: members.number,
  name: members.name.default(null),
  attributes: wholeAttributes.default({}),
  tags: members.tags.default([]),
});

export const editedContactShape = z
  .strictObject({
    number: members.number.optional(),
    name: members.name.optional(),
    attributes: attributesShape(valueShape.nullable())
      .optional()
      .meta({ description: 'Those that are named here; null takes one away, the others stay' }),
    tags: members.tags.optional().meta({ description: 'All of them' }),
  })
  .refine((given) => Object.keys(given).length > 0, { message: 'Give what is to be changed.' });

export const contactShape = z
  .object({
    id: contactIdShape,
    number: z.string(),
    name: z.string().nullable(),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.object({ date: z.string() })])),
    tags: z.array(z.string()),
    consent: z
      .object(standing)
      .meta({ description: 'What this number allowed and refused, as `/v1/consents/{number}` has it' }),
    createdAt: timeShape,
    changedAt: timeShape,
  })
  .meta({ id: 'Contact' });

export const shownContact = (contact: Contact, permission: Permission | null): z.input<typeof contactShape> => ({
  id: contact.id,
  number: `+${contact.digits}`,
  name: contact.name,
  attributes: { ...contact.attributes },
  tags: [...contact.tags],
  consent: shownStanding(permission),
  createdAt: shownTime(contact.createdAtMs),
  changedAt: shownTime(contact.changedAtMs),
});

export const deletedContactShape = z
  .object({
    id: contactIdShape,
    deletedAt: timeShape,
    removed: z.array(z.string()).meta({ description: 'What is gone now, in words' }),
    kept: z
      .array(
        z.object({
          what: z.enum(keptThings),
          why: z.string(),
          until: timeShape.nullable().meta({ description: 'When the last of it is gone; null: see `why`' }),
        }),
      )
      .meta({ description: 'What there may still be of this person, and why' }),
  })
  .meta({ id: 'DeletedContact' });

const removed = [
  'The contact: its number, name, attributes and tags.',
  'Everything by which it could be found: by number, by name and by tag.',
];

const whyKept: Readonly<Record<KeptThing, string>> = {
  permissions:
    'What this number allowed and refused, how that came about and what it was told stays: the law asks for proof of it, and a refusal must be known as long as messages go out. No name or attribute is in it.',
  dispatches:
    'Dispatches that exist keep their recipients and what their messages said, as the record of what was sent, and so does the search for a number. Those that are still to come are sent: cancel them, or opt the number out.',
  plans:
    'Campaigns that have not started keep the list they were given until they are edited or removed, and what becomes of them is kept as a dispatch.',
  files:
    'Files you uploaded, their rows and their reports are yours: they expire by themselves, DELETE /v1/uploads/{id} removes one at once.',
  request:
    'The answer to the request that made the contact, so that a repetition of it is answered alike. It is shown to nobody else.',
  deletion_mark:
    'That the number was deleted, and when, so that an import that is still running does not bring the person back.',
  backups: 'Backups of the database, from which nothing is shown or sent.',
};

export const shownDeletion = ({ id, deletedAtMs, kept }: DeletedContact): z.input<typeof deletedContactShape> => ({
  id,
  deletedAt: shownTime(deletedAtMs),
  removed: [...removed],
  kept: kept.map(({ what, untilMs }) => ({ what, why: whyKept[what], until: shownTimeOrNull(untilMs) })),
});
