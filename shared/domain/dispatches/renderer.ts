import type { CharacterPolicy } from '../content/characters.ts';
import {
  type AdvertisementOf,
  type BoundContent,
  bindContent,
  type CompiledContent,
  type ContentProblem,
  compileContent,
  type MessageContent,
} from '../content/content.ts';
import type { Dispatch } from './dispatch.ts';

export type { BoundContent };

/** Content with the rules that it is judged by. */
export interface JudgedContent extends MessageContent {
  readonly characters: CharacterPolicy;
  readonly advertisement: AdvertisementOf;
}

/** Everything that speaks against a dispatch's content, whoever its recipients are. */
export function contentProblemsOf(message: JudgedContent): readonly ContentProblem[] {
  const compiled = compileContent(message, message.characters, message.advertisement);
  return compiled.ok ? [] : compiled.problems;
}

/** The content of a dispatch, which was checked when it was created. */
export function compiledContentOf(message: JudgedContent): CompiledContent {
  const compiled = compileContent(message, message.characters, message.advertisement);
  if (!compiled.ok) throw new Error(`Content that was accepted no longer compiles: ${compiled.problems[0]?.code}`);
  return compiled.content;
}

/** What renders the rows of a prepared dispatch, exactly as prepare rendered them. */
export function boundContentOf(dispatch: Dispatch): BoundContent {
  if (!dispatch.prepared) throw new Error(`${dispatch.id} is not prepared`);
  return bindContent(compiledContentOf(dispatch.message), dispatch.prepared.columns, dispatch.renderedAtMs);
}
