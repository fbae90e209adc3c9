import type { RecipientRow } from '../recipients/recipient-list.ts';
import type { Argument, Frame } from './filters.ts';
import type { Output, Step, Template } from './template.ts';
import type { CellReader } from './variables.ts';

/** One row's cells by column; column 0 is the phone number as it is written in Korea. */
export interface Cells {
  cell(column: number): string;
}

/** Cells of a row as recipient lists hold it. */
export class RowCells implements Cells {
  readonly #digits: string;
  readonly #cells: readonly string[];
  constructor([, digits, ...cells]: RecipientRow) {
    this.#digits = digits;
    this.#cells = cells;
  }
  cell(column: number): string {
    return column === 0 ? writtenNumber(this.#digits) : (this.#cells[column - 1] ?? '');
  }
}

/** E.164 digits as people write the number: `01012345678`, or with a plus when it is not Korean. */
export const writtenNumber = (digits: string): string =>
  digits.startsWith('82') ? `0${digits.slice(2)}` : `+${digits}`;

/** A place in the text that differs by row. Null where the row has no value for it. */
export interface Slot {
  readonly render: (cells: Cells) => string | null;
  /** Who is to blame when there is none: the variable that stands first. */
  readonly variable: string;
  /** Set when the slot shows a cell as it is, and `empty` instead of an empty one. */
  readonly plain: { readonly column: number; readonly empty: string | null } | null;
}

/** A template joined to the columns of one list: literal texts and slots, never two literals in a row. */
export type Bound = readonly (string | Slot)[];

export interface BoundVariable {
  readonly read: CellReader | null;
  readonly default: string | null;
}

/** What templates are bound to. Names of columns and variables are in NFC. */
export interface Binding {
  readonly columns: ReadonlyMap<string, number>;
  readonly declared: ReadonlyMap<string, BoundVariable>;
  /** Variables that no column and no customer sets: the same for everybody. */
  readonly builtIns?: ReadonlyMap<string, string>;
  readonly frame: Frame;
}

/** Null: no value, a `default` may still stand in. Undefined: an argument has none, and no default helps. */
type Value = (cells: Cells) => string | null | undefined;
/** Of a text that no row changes. */
export const noCells: Cells = { cell: () => '' };

/** Compiles a template for rows of these columns: a closure a slot, with everything that no row changes done now. */
export function bindTemplate(template: Pick<Template, 'parts'>, binding: Binding): Bound {
  const parts: (string | Slot)[] = [];
  for (const part of template.parts) {
    const bound = typeof part === 'string' ? part : bindOutput(part, binding);
    const last = parts.at(-1);
    if (typeof bound === 'string' && typeof last === 'string') parts[parts.length - 1] = last + bound;
    else parts.push(bound);
  }
  return parts;
}

function bindOutput(output: Output, binding: Binding): string | Slot {
  const arguments_ = [
    output.head,
    ...output.steps.flatMap((step) => (step.kind === 'default' ? [step.argument] : step.arguments)),
  ];
  const columns = new Set(arguments_.flatMap((argument) => columnOf(argument, binding)));
  const value = bindValue(output, binding);
  const render: Slot['render'] = (cells) => value(cells) ?? null;
  const variable = arguments_.find((argument) => argument.kind === 'variable')?.name ?? '';
  if (columns.size === 0) return render(noCells) ?? { render, variable, plain: null };
  return { render, variable, plain: plainOf(output, render, binding) };
}

/** A date that goes through the `date` filter comes to it as it stands in the cell, not as its type shows it. */
function bindValue({ head, steps }: Output, binding: Binding): Value {
  const dateAt = steps.findIndex((step) => step.kind === 'filter' && step.name === 'date');
  const before = dateAt < 0 ? binding : { ...binding, declared: forDateFilter(binding.declared) };
  return steps.reduce<Value>(
    (value, step, at) => bindStep(value, step, step.kind === 'default' && at < dateAt ? before : binding),
    bindArgument(head, before),
  );
}

const forDateFilter = (declared: Binding['declared']): Binding['declared'] =>
  new Map(Array.from(declared, ([name, { read, ...rest }]) => [name, { ...rest, read: read?.forDateFilter ?? read }]));

function plainOf({ head, steps }: Output, render: Slot['render'], binding: Binding): Slot['plain'] {
  const [column] = columnOf(head, binding);
  const typed = head.kind === 'variable' && binding.declared.get(head.name)?.read;
  const defaultsOnly = steps.every((step) => step.kind === 'default' && step.argument.kind !== 'variable');
  if (!column || typed || !defaultsOnly) return null;
  return { column, empty: render(noCells) };
}

function columnOf(argument: Argument, { columns, builtIns }: Binding): number[] {
  if (argument.kind !== 'variable' || builtIns?.has(argument.name)) return [];
  const column = columns.get(argument.name);
  return column === undefined ? [] : [column];
}

function bindArgument(argument: Argument, binding: Binding): Slot['render'] {
  if (argument.kind !== 'variable') {
    const text = String(argument.value);
    return () => text;
  }
  const builtIn = binding.builtIns?.get(argument.name);
  if (builtIn !== undefined) return () => builtIn;
  const declared = binding.declared.get(argument.name);
  const fallback = declared?.default ?? null;
  const column = binding.columns.get(argument.name);
  if (column === undefined) return () => fallback;
  const read = declared?.read;
  if (!read) return (cells) => cells.cell(column) || fallback;
  return (cells) => {
    const cell = cells.cell(column);
    return cell === '' ? fallback : (read(cell) ?? fallback);
  };
}

function bindStep(value: Value, step: Step, binding: Binding): Value {
  if (step.kind === 'default') {
    const instead = bindArgument(step.argument, binding);
    return (cells) => {
      const text = value(cells);
      return text || text === undefined ? text : instead(cells);
    };
  }
  const { filter } = step;
  if (step.arguments.every((argument) => argument.kind !== 'variable')) {
    const apply = filter.make(
      step.arguments.map((argument) => String(argument.value)),
      binding.frame,
    );
    return (cells) => {
      const text = value(cells);
      return text == null ? text : apply(text);
    };
  }
  const values = step.arguments.map((argument) => bindArgument(argument, binding));
  return (cells) => {
    const text = value(cells);
    if (text == null) return text;
    const given: string[] = [];
    for (const argument of values) {
      const each = argument(cells);
      if (each === null) return undefined;
      given.push(each);
    }
    return filter.make(given, binding.frame)(text);
  };
}
