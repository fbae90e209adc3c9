import { normaliseText } from './cp949.ts';
import type { Argument, Filter } from './filters.ts';
import { outputOf, Refused, readLiquid } from './liquid.ts';
import { type ConsoleVariable, consoleVariablesOf, type FormUse, mixedForms } from './variable-form.ts';

/**
 * A text with variables, understood once. Liquid's own tokenizer reads it; what may stand in it is narrower than Liquid:
 * outputs of a variable or a quoted text through the filters of `filters.ts`, and no tag at all. Instead, a text may
 * write its variables as consoles do, see `variable-form.ts`.
 */
export interface Template {
  /** Literal texts are normalised as every text that is sent. */
  readonly parts: readonly (string | Output)[];
  /** The literal texts as given, and where each begins in the text. */
  readonly literals: readonly Literal[];
  /** Every variable the text uses, in order of first use. */
  readonly variables: readonly string[];
  /** Every place where one is used, and where it begins in the text (UTF-16 units from 0). */
  readonly uses: readonly VariableUse[];
  /** Those of them that somewhere have no `default` behind them. */
  readonly required: readonly string[];
  /** How it writes its variables, and the first place where it does; null if it has none. */
  readonly form: FormUse | null;
}

export interface VariableUse {
  readonly name: string;
  readonly position: number;
}

export interface Literal {
  readonly given: string;
  readonly position: number;
}

/** One `{{ … }}`, or a variable in a console's form. */
export interface Output {
  readonly head: Argument;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly kind: 'default'; readonly argument: Argument }
  | {
      readonly kind: 'filter';
      readonly name: string;
      readonly filter: Filter;
      readonly arguments: readonly Argument[];
    };

export const templateProblemCodes = [
  'template_too_long',
  'template_syntax',
  'template_expression',
  'template_filter',
  'template_argument',
  'template_default_too_late',
  'mixed_variable_forms',
] as const;

/** Why a text is refused: a sentence for its author, and where in the text (UTF-16 units from 0). */
export interface TemplateProblem {
  readonly code: (typeof templateProblemCodes)[number];
  readonly message: string;
  readonly position: number;
}

export const templateLengthMax = 20_000;
/** Outputs and filters of one text together: each costs time in every row. */
export const templateStepsMax = 200;

/** Understands a text, or says everything that is wrong with it. Touches no file, whatever the text says. */
export function parseTemplate(
  text: string,
): { readonly ok: true; readonly template: Template } | { readonly ok: false; readonly problems: TemplateProblem[] } {
  if (text.length > templateLengthMax) {
    const message = `The text has ${text.length} characters; at most ${templateLengthMax} are read`;
    return { ok: false, problems: [{ code: 'template_too_long', message, position: templateLengthMax }] };
  }
  const problems: TemplateProblem[] = [];
  const parts: (string | Output)[] = [];
  const literals: Literal[] = [];
  const forms: FormUse[] = [];
  for (const { token, output } of readLiquid(text, problems)) {
    if (output === null) {
      for (const piece of piecesOf(token.getContent(), token.begin + token.trimLeft)) {
        if ('form' in piece) {
          const { form, position, name, nameAt } = piece;
          forms.push({ form, position });
          parts.push({ head: { kind: 'variable', name, position: nameAt }, steps: [] });
        } else {
          literals.push(piece);
          parts.push(normaliseText(piece.given));
        }
      }
      continue;
    }
    forms.push({ form: 'liquid', position: token.begin });
    try {
      parts.push(outputOf(output));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problems.push({ code: error.code, message: error.message, position: error.position ?? token.begin });
    }
  }
  for (const { position, message } of mixedForms(forms)) {
    problems.push({ code: 'mixed_variable_forms', message, position });
  }
  const steps = parts.reduce((sum, part) => sum + (typeof part === 'string' ? 0 : 1 + part.steps.length), 0);
  if (steps > templateStepsMax) {
    const message = `The text has ${steps} variables and filters; at most ${templateStepsMax} are rendered`;
    problems.push({ code: 'template_too_long', message, position: 0 });
  }
  if (problems.length > 0) return { ok: false, problems };
  const outputs = parts.filter((part) => typeof part !== 'string');
  const uses = outputs.flatMap(({ head, steps }) => [head, ...steps.flatMap(argumentsOf)].flatMap(useOf));
  const variables = uses.map(({ name }) => name);
  const required = outputs.flatMap(requiredBy);
  return {
    ok: true,
    template: {
      ...{ parts, literals, uses, form: forms[0] ?? null },
      variables: [...new Set(variables)],
      required: [...new Set(required)],
    },
  };
}

/** What stands between Liquid's outputs, cut at the variables in consoles' forms. `begin`: where it stands in the text. */
function piecesOf(given: string, begin: number): (Literal | ConsoleVariable)[] {
  const pieces: (Literal | ConsoleVariable)[] = [];
  let at = 0;
  for (const variable of consoleVariablesOf(given)) {
    const { position, nameAt, end } = variable;
    if (position > at) pieces.push({ given: given.slice(at, position), position: begin + at });
    pieces.push({ ...variable, position: begin + position, nameAt: begin + nameAt });
    at = end;
  }
  if (at < given.length) pieces.push({ given: given.slice(at), position: begin + at });
  return pieces;
}

const useOf = (argument: Argument): readonly VariableUse[] =>
  argument.kind === 'variable' ? [{ name: argument.name, position: argument.position }] : [];
const nameOf = (argument: Argument) => useOf(argument).map(({ name }) => name);
const argumentsOf = (step: Step) => (step.kind === 'default' ? [step.argument] : step.arguments);

/** A variable needs a value unless a `default` catches its absence, or it is itself only such a default. */
function requiredBy({ head, steps }: Output): string[] {
  const caught = steps.some((step) => step.kind === 'default');
  const others = steps.flatMap((step) => (step.kind === 'default' ? [] : step.arguments));
  return [...(caught ? [] : nameOf(head)), ...others.flatMap(nameOf)];
}
