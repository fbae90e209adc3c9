import type { ContentProblem } from '../../shared/domain/content/content.ts';
import { type Problem, problem } from './problems.ts';

/** Texts that are refused, each by its place below `at` in the body. */
export function contentProblem(problems: readonly ContentProblem[], at: string): Problem {
  const [first] = problems;
  const errors = problems.map(({ pointer, message, position }) => ({
    in: 'body' as const,
    pointer: `${at}${pointer}`,
    code: 'invalid_value' as const,
    detail: position === null ? message : `${message} (at character ${position + 1})`,
  }));
  if (first?.part === undefined)
    return problem('invalid_template', first?.message ?? 'The text is not usable', { errors });
  const members = { part: first.part, position: first.position ?? 0 };
  return problem('advertisement_part_missing', first.message, { members, errors });
}
