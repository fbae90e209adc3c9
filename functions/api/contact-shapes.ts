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
    removing: z
      .object({ what: z.array(z.string()), by: timeShape })
      .meta({ description: 'What nobody is sent anything from any more, and by when it is gone' }),
    kept: z
      .array(
        z.object({
          what: z.enum(keptThings),
          why: z.string(),
          until: timeShape.nullable().meta({ description: 'When the last of it is gone; null: see `why`' }),
        }),
      )
      .meta({ description: 'What stays, and why' }),
  })
  .meta({ id: 'DeletedContact' });

const removed = [
  'The contact: its number, name, attributes and tags.',
  'Everything by which it could be found: by number, by name and by tag.',
  'What this number allowed, how that came about and what it was to be told; of a refusal all but that it stands.',
  'Its place in everything that is still to be sent: dispatches and campaigns that exist leave it out (`erased`).',
];

const removing = [
  'Its rows in dispatches, with the search by number: that there was a message, what became of it and what it cost stays, without number, values and text.',
  'Its rows in lists of dispatches and campaigns, in uploads and reports of refused rows; files as you put them are removed whole.',
  'What it was told about its consents.',
  'The note of the deletion itself, by which imports that are at work know of it.',
];

const whyKept: Readonly<Record<KeptThing, string>> = {
  ledger: 'What was held, spent and given back, by dispatch. No number and no name is in it.',
  opt_out:
    'That this number opted out, when, and how that reached us: the law asks for it, and it must be known as long as messages go out. No name is in it.',
  evidence:
    'Files that prove consents stay as you gave them, because others may be proven by the same; that this number was is no longer known.',
  requests:
    'Answers to requests with an Idempotency-Key, so that a repetition is answered alike. They are shown to nobody else, and expire.',
  repeat_marks:
    'Where you have repeats held back: a sum of each message, from which nothing can be read. Only who knows text and number could tell that it is theirs.',
  written_elsewhere:
    'What you wrote elsewhere: a number or a name in a text, in the name of a dispatch, in a tag, or among the values of somebody else.',
  backups: 'Backups of the database, from which nothing is shown or sent.',
};

export const shownDeletion = ({
  id,
  deletedAtMs,
  erasedByMs,
  kept,
}: DeletedContact): z.input<typeof deletedContactShape> => ({
  id,
  deletedAt: shownTime(deletedAtMs),
  removed: [...removed],
  removing: { what: [...removing], by: shownTime(erasedByMs) },
  kept: kept.map(({ what, untilMs }) => ({ what, why: whyKept[what], until: shownTimeOrNull(untilMs) })),
});
