import {
  type BoundContent,
  bindContent,
  type CompiledContent,
  type ContentProblem,
  compileContent,
} from '../content/content.ts';
import type { Dispatch, JudgedMessage } from './dispatch.ts';

export type { BoundContent };

/** Everything that speaks against a dispatch's content, whoever its recipients are. */
export function contentProblemsOf(message: JudgedMessage): readonly ContentProblem[] {
  const compiled = compileContent(message, message.characters);
  return compiled.ok ? [] : compiled.problems;
}

/** The content of a dispatch, which was checked when it was created. */
export function compiledContentOf(message: JudgedMessage): CompiledContent {
  const compiled = compileContent(message, message.characters);
  if (!compiled.ok) throw new Error(`Content that was accepted no longer compiles: ${compiled.problems[0]?.code}`);
  return compiled.content;
}

/** What renders the rows of a prepared dispatch, exactly as prepare rendered them. */
export function boundContentOf(dispatch: Dispatch): BoundContent {
  if (!dispatch.prepared) throw new Error(`${dispatch.id} is not prepared`);
  return bindContent(compiledContentOf(dispatch.message), dispatch.prepared.columns, dispatch.renderedAtMs);
}
