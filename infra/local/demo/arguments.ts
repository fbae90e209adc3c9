import { parseArgs } from 'node:util';

export const usage = `npm run demo [-- options]

Starts a local cloud of its own, sends to a bundled file of 10,000 recipients through the public API, and holds every
number against another. Exits with 0 only if all of them agree.

  --schedule  plans the send 60 days ahead in four waves instead of sending now, and moves the clock there
  --json      prints a summary for machines on stdout, and the progress on stderr
  --help      prints this`;

/** What was asked of the demo; `why` says in words what is wrong with it. */
export type Asked =
  | { readonly kind: 'run'; readonly schedule: boolean; readonly json: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly why: string };

/** @param given the command line behind the script's name */
export function argumentsOf(given: readonly string[]): Asked {
  const flag = { type: 'boolean', default: false } as const;
  const options = { schedule: flag, json: flag, help: { ...flag, short: 'h' } } as const;
  const { values, tokens } = parseArgs({
    args: [...given],
    options,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') return refused(`"${token.value}" means nothing here.`);
    if (token.kind !== 'option') continue;
    if (!Object.hasOwn(options, token.name)) return refused(`There is no option ${token.rawName}.`);
    if (token.value !== undefined) return refused(`${token.rawName} takes no value.`);
  }
  if (values.help === true) return { kind: 'help' };
  return { kind: 'run', schedule: values.schedule === true, json: values.json === true };
}

const refused = (why: string): Asked => ({ kind: 'refused', why });
