import { Liquid, type Template as LiquidTemplate, type Token, TypeGuards } from 'liquidjs';
import { normaliseText } from './cp949.ts';
import { type Argument, type Filter, filterNames, filterOf } from './filters.ts';

/**
 * A text with variables, understood once. Liquid's own parser reads it; what may stand in it is narrower than Liquid:
 * outputs of a variable or a quoted text through the filters of `filters.ts`, and no tag at all.
 */
export interface Template {
  /** Literal texts are normalised as every text that is sent. */
  readonly parts: readonly (string | Output)[];
  /** The literal texts as given, and where each begins in the text. */
  readonly literals: readonly Literal[];
  /** Every variable the text uses, in order of first use. */
  readonly variables: readonly string[];
  /** Those of them that somewhere have no `default` behind them. */
  readonly required: readonly string[];
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

const parser = strictParser();

function strictParser(): Liquid {
  const liquid = new Liquid({
    templates: {},
    strictFilters: true,
    parseLimit: templateLengthMax,
    renderLimit: 1,
    memoryLimit: 1,
  });
  for (const tag of Object.keys(liquid.tags)) delete liquid.tags[tag];
  for (const filter of Object.keys(liquid.filters)) delete liquid.filters[filter];
  for (const name of filterNames) liquid.registerFilter(name, (value: unknown) => value);
  return liquid;
}

/** Understands a text, or says everything that is wrong with it. Touches no file, whatever the text says. */
export function parseTemplate(
  text: string,
): { readonly ok: true; readonly template: Template } | { readonly ok: false; readonly problems: TemplateProblem[] } {
  const problems: TemplateProblem[] = [];
  const parts: (string | Output)[] = [];
  const literals: Literal[] = [];
  for (const parsed of parseLiquid(text, problems)) {
    const token = (parsed as LiquidTemplate & { readonly token: Token }).token;
    if (TypeGuards.isHTMLToken(token)) {
      const given = token.getContent();
      if (given) literals.push({ given, position: token.begin + token.trimLeft });
      if (given) parts.push(normaliseText(given));
      continue;
    }
    try {
      parts.push(outputOf(parsed as unknown as LiquidOutput));
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
  const variables = outputs.flatMap(({ head, steps }) => [head, ...steps.flatMap(argumentsOf)].flatMap(nameOf));
  const required = outputs.flatMap(requiredBy);
  return {
    ok: true,
    template: { parts, literals, variables: [...new Set(variables)], required: [...new Set(required)] },
  };
}

function parseLiquid(text: string, problems: TemplateProblem[]): LiquidTemplate[] {
  if (text.length > templateLengthMax) {
    const message = `The text has ${text.length} characters; at most ${templateLengthMax} are read`;
    problems.push({ code: 'template_too_long', message, position: templateLengthMax });
    return [];
  }
  try {
    return parser.parse(text);
  } catch (error) {
    // Parsing only ever fails for what the text says: even a stack overflow comes from its nested brackets.
    const liquidError = error as { readonly token?: Token; readonly originalError?: Error };
    const cause = liquidError.originalError ?? (error as Error);
    const message = cause instanceof RangeError ? 'brackets nest too deeply' : cause.message;
    problems.push({
      ...describe(message.replace(/, line:\d+, col:\d+$/, '')),
      position: liquidError.token?.begin ?? 0,
    });
    return [];
  }
}

function describe(message: string): Pick<TemplateProblem, 'code' | 'message'> {
  const filter = /^undefined filter: (.*)$/s.exec(message);
  if (filter)
    return { code: 'template_filter', message: `There is no filter ${filter[1]}; there are ${filterNames.join(', ')}` };
  const tag = /^tag "(.*)" not found$/s.exec(message);
  if (tag) return { code: 'template_syntax', message: `Tags such as {% ${tag[1]} %} are not allowed in texts` };
  return { code: 'template_syntax', message: `The text does not parse: ${message}` };
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
  readonly value: {
    readonly initial: { readonly postfix: readonly Token[] };
    readonly filters: readonly { readonly name: string; readonly args: readonly (Token | [string?, Token?])[] }[];
  };
}

function outputOf({ value }: LiquidOutput): Output {
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
  return { kind: 'variable', name: names.join('.').normalize('NFC') };
}

const nameOf = (argument: Argument) => (argument.kind === 'variable' ? [argument.name] : []);
const argumentsOf = (step: Step) => (step.kind === 'default' ? [step.argument] : step.arguments);

/** A variable needs a value unless a `default` catches its absence, or it is itself only such a default. */
function requiredBy({ head, steps }: Output): string[] {
  const caught = steps.some((step) => step.kind === 'default');
  const others = steps.flatMap((step) => (step.kind === 'default' ? [] : step.arguments));
  return [...(caught ? [] : nameOf(head)), ...others.flatMap(nameOf)];
}
