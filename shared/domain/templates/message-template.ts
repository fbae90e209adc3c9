import type { CategoryId, ImageSetId, OwnerId, TemplateId } from '../../contracts/ids.ts';
import type { CharacterPolicy } from '../content/characters.ts';
import { type CompiledContent, type ContentProblem, compileContent, type MessageContent } from '../content/content.ts';
import { contentProblemsOf } from '../dispatches/renderer.ts';

export const templatesMax = 1_000;
export const templateNameMax = 50;

/** What a template says. From which number it is sent, a message says itself. */
export type TemplateContent = MessageContent;

/** A text that is kept to be sent again and again. */
export interface MessageTemplate {
  readonly id: TemplateId;
  readonly owner: OwnerId;
  readonly name: string;
  /** Null: in none. */
  readonly categoryId: CategoryId | null;
  readonly channel: 'sms';
  readonly content: TemplateContent;
  /** Its copies of its images; null when it has none. Another set than that of any other version with other images. */
  readonly imageSet: ImageSetId | null;
  /** Rises by one with every change. Whatever was made from a version keeps what that said. */
  readonly version: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** What a template says, as far as its variables go; it was checked when it was written. */
export function compiledTemplate({ id, content }: MessageTemplate): CompiledContent {
  // Its variables are the same whatever becomes of characters
  const compiled = compileContent(content, 'replace', 'undecided');
  if (!compiled.ok) throw new Error(`${id} no longer compiles: ${compiled.problems[0]?.code}`);
  return compiled.content;
}

/** What would be refused if it were sent under this rule, whoever the recipients are. */
export const templateProblems = (content: TemplateContent, characters: CharacterPolicy): readonly ContentProblem[] =>
  contentProblemsOf({ ...content, characters, advertisement: 'undecided' });

/** How a search compares names: parts are found in any case, however they are composed. */
export const searchedName = (name: string): string => name.normalize('NFC').toLowerCase();
