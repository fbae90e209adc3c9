import { type Token, Tokenizer, TypeGuards } from 'liquidjs';
import { type Argument, type Filter, filterNames, filterOf } from './filters.ts';
import type { Output, Step, TemplateProblem } from './template.ts';
import { variableNameMax } from './variable-form.ts';

/** Reads `{{ … }}` with Liquid's own tokenizer, and refuses what no text may say. Touches no file. */

/** A text cut into literal texts and outputs; empty, and a problem named, where it does not parse. */
export function readLiquid(text: string, problems: TemplateProblem[]): readonly Piece[] {
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

/** Thrown here for what an author has to change. */
export class Refused extends Error {
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

export function outputOf(value: LiquidOutput): Output {
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
  const name = names.join('.');
  if (name.length > variableNameMax)
    throw new Refused('template_expression', `The name of a variable has at most ${variableNameMax} characters`, token);
  return { kind: 'variable', name: name.normalize('NFC'), position: token.begin };
}
