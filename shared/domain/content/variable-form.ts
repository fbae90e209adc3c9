/**
 * How a text writes its variables: as Liquid, or as one of the two kinds of Korean consoles do. One text uses one form,
 * and its subject the same.
 */
export const shownForms = { liquid: '{{ key }}', hashes: '##key##', braces: '#{key}' } as const;
export type VariableForm = keyof typeof shownForms;

/** Where a form first appears: UTF-16 units of the text from 0. */
export interface FormUse {
  readonly form: VariableForm;
  readonly position: number;
}

/** A variable in a console's form. Its formats and default are declared, it has no filters. */
export interface ConsoleVariable extends FormUse {
  readonly name: string;
  /** Where the name begins, and what comes behind the variable. */
  readonly nameAt: number;
  readonly end: number;
}

/** UTF-16 units of a variable's name as it stands in a text. */
export const variableNameMax = 400;

/** Letters and digits of any script and underscores; dots, hyphens and spaces between them. */
const key = String.raw`[\p{L}\p{M}\p{N}_]+(?:[ .-]+[\p{L}\p{M}\p{N}_]+)*`;
const consoleForms = new RegExp(`(## *)(${key}) *##|(#\\{ *)(${key}) *\\}`, 'gu');

/** The variables of a text in the consoles' forms, in order. A `##` or `#{` that begins none is plain text. */
export function consoleVariablesOf(text: string): ConsoleVariable[] {
  return Array.from(text.matchAll(consoleForms)).flatMap((match) => {
    const { 0: whole, 1: hashes, 2: first, 3: brace, 4: second, index } = match;
    const given = first ?? second ?? '';
    if (given.length > variableNameMax) return [];
    return {
      form: hashes === undefined ? 'braces' : 'hashes',
      position: index,
      name: given.normalize('NFC'),
      nameAt: index + (hashes ?? brace ?? '').length,
      end: index + whole.length,
    };
  });
}

/** A sentence for every form that is not alone: empty when all uses have the same form. */
export function mixedForms<Use extends FormUse>(uses: readonly Use[]): (Use & { readonly message: string })[] {
  const firsts = uses.filter(({ form }, i) => uses.findIndex((use) => use.form === form) === i);
  if (firsts.length < 2) return [];
  return firsts.map((use) => {
    const others = firsts.filter((other) => other !== use).map(({ form }) => shownForms[form]);
    const message = `Variables are written ${shownForms[use.form]} here and ${others.join(' and ')} elsewhere; a text and its subject use one form`;
    return { ...use, message };
  });
}
