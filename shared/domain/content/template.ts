import { type Token, Tokenizer, TypeGuards } from 'liquidjs';
import { normaliseText } from './cp949.ts';
import { type Argument, type Filter, filterNames, filterOf } from './filters.ts';

/**
 * A text with variables, understood once. Liquid's own tokenizer reads it; what may stand in it is narrower than Liquid:
 * outputs of a variable or a quoted text through the filters of `filters.ts`, and no tag at all.
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
}

export interface VariableUse {
  readonly name: string;
  readonly position: number;
}

export interface Literal {
  readonly given: string;
  readonly position: number;
}

/** One `{{ … }}`. */
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
  const problems: TemplateProblem[] = [];
  const parts: (string | Output)[] = [];
  const literals: Literal[] = [];
  for (const { token, output } of readLiquid(text, problems)) {
    if (output === null) {
      const given = token.getContent();
      if (given) literals.push({ given, position: token.begin + token.trimLeft });
      if (given) parts.push(normaliseText(given));
      continue;
    }
    try {
      parts.push(outputOf(output));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      problems.push({ code: error.code, message: error.message, position: error.position ?? token.begin });
    }
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
    template: { parts, literals, uses, variables: [...new Set(variables)], required: [...new Set(required)] },
  };
}

/** A text cut into literal texts and outputs; empty, and a problem named, where it does not parse. */
function readLiquid(text: string, problems: TemplateProblem[]): readonly Piece[] {
  if (text.length > templateLengthMax) {
    const message = `The text has ${text.length} characters; at most ${templateLengthMax} are read`;
    problems.push({ code: 'template_too_long', message, position: templateLengthMax });
    return [];
  }
  let reading: Token | null = null;
  try {
    return new Tokenizer(text).readTopLevelTokens().map((token): Piece => {
      reading = token;
      if (TypeGuards.isTagToken(token))
        throw new Refused('template_syntax', `Tags such as {% ${token.name} %} are not allowed in texts`);
      return TypeGuards.isHTMLToken(token) ? { token, output: null } : { token, output: readOutput(token) };
    });
  } catch (error) {
    problems.push(problemOf(error as Error, reading));
    return [];
  }
}

/** Parsing only ever fails for what the text says: even a stack overflow comes from its nested brackets. */
function problemOf(error: Error, reading: Token | null): TemplateProblem {
  const begin = reading?.begin ?? 0;
  if (error instanceof Refused) return { code: error.code, message: error.message, position: error.position ?? begin };
  const position = (error as { readonly token?: Token }).token?.begin ?? begin;
  const message = error instanceof RangeError ? 'brackets nest too deeply' : error.message;
  const said = message.replace(/, line:\d+, col:\d+$/, '');
  return { code: 'template_syntax', message: `The text does not parse: ${said}`, position };
}

class Refused extends Error {
  readonly code: TemplateProblem['code'];
  readonly position: number | null;
  constructor(code: TemplateProblem['code'], message: string, token: Token | null = null) {
    super(message);
    this.code = code;
    this.position = token?.begin ?? null;
  }
}

/** As far as we read liquidjs' syntax tree. */
interface LiquidOutput {
  readonly initial: { readonly postfix: readonly Token[] };
  readonly filters: readonly { readonly name: string; readonly args: readonly (Token | [string?, Token?])[] }[];
}

type HtmlToken = ReturnType<Tokenizer['readHTMLToken']>;
type OutputToken = ReturnType<Tokenizer['readOutputToken']>;

type Piece =
  | { readonly token: HtmlToken; readonly output: null }
  | { readonly token: Token; readonly output: LiquidOutput };

function readOutput({ input, file, contentRange }: OutputToken): LiquidOutput {
  const output = new Tokenizer(input, undefined, file, contentRange).readFilteredValue();
  const unknown = output.filters.find(({ name }) => !filterNames.includes(name));
  if (unknown) {
    const message = `There is no filter ${unknown.name}; there are ${filterNames.join(', ')}`;
    throw new Refused('template_filter', message);
  }
  return output;
}

function outputOf(value: LiquidOutput): Output {
  const { postfix } = value.initial;
  if (postfix.length !== 1)
    throw new Refused(
      'template_expression',
      'Only one variable or quoted text may stand before the filters',
      postfix[1],
    );
  const head = argumentOf(postfix[0]!);
  let emptyStays = true;
  const steps = value.filters.map(({ name, args }): Step => {
    const given = args.map((arg) => {
      if (Array.isArray(arg)) throw new Refused('template_argument', `${name} takes no named arguments`, arg[1]);
      return argumentOf(arg as Token);
    });
    if (name === 'default') {
      if (given.length !== 1) throw new Refused('template_argument', 'default takes one argument');
      if (!emptyStays)
        throw new Refused(
          'template_default_too_late',
          'default must come before the filters that add text, else it never applies',
        );
      return { kind: 'default', argument: given[0]! };
    }
    const filter = filterOf(name);
    if (!filter) throw new Error(`The parser let a filter through that texts may not use: ${name}`);
    checkArguments(name, filter, given);
    emptyStays &&= filter.emptyStays(given);
    return { kind: 'filter', name, filter, arguments: given };
  });
  return { head, steps };
}

function checkArguments(name: string, filter: Filter, given: readonly Argument[]): void {
  const [min, max] = filter.arguments;
  if (given.length < min || given.length > max) {
    const wanted = min === max ? String(min) : `${min} to ${max}`;
    throw new Refused('template_argument', `${name} takes ${wanted} arguments, not ${given.length}`);
  }
  const wrong = filter.check?.(given);
  if (wrong) throw new Refused('template_argument', `${name}: ${wrong}`);
}

function argumentOf(token: Token): Argument {
  if (TypeGuards.isQuotedToken(token)) return { kind: 'text', value: token.content };
  if (TypeGuards.isNumberToken(token)) return { kind: 'number', value: token.content };
  if (!TypeGuards.isPropertyAccessToken(token) || token.variable !== undefined) {
    throw new Refused('template_expression', 'Only variables, quoted texts and numbers may stand here', token);
  }
  const names = token.props.map((prop) => {
    if (TypeGuards.isQuotedToken(prop) || TypeGuards.isWordToken(prop)) return prop.content;
    throw new Refused('template_expression', 'A variable is a name, or names joined by dots', token);
  });
  if (names.length > 1 && ['size', 'first', 'last'].includes(names.at(-1)!)) {
    throw new Refused('template_expression', `.${names.at(-1)} is not a variable`, token);
  }
  return { kind: 'variable', name: names.join('.').normalize('NFC'), position: token.begin };
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
