import type { MessageContent } from '../content/content.ts';
import type { DeclaredVariable } from '../content/variables.ts';
import type { MessageTemplate, TemplateContent } from './message-template.ts';

/** What a message says of itself; undefined: what its template says. */
export interface SaidBeside {
  readonly type: MessageContent['type'] | undefined;
  readonly subject: string | null | undefined;
  /** In place of the template's of the same names. */
  readonly variables: readonly DeclaredVariable[];
}

/**
 * A template as a message says it: its text and images, and whatever the message does not say otherwise. The images are
 * the template's copies, to be copied at once: it may have others in a moment.
 */
export function contentWith(
  { content }: MessageTemplate,
  { type, subject, variables }: SaidBeside,
  nowMs: number,
): TemplateContent {
  const named = new Set(variables.map(({ name }) => name.normalize('NFC')));
  const kept = content.variables.filter(({ name }) => !named.has(name.normalize('NFC')));
  return {
    type: type ?? content.type,
    subject: subject === undefined ? content.subject : subject,
    text: content.text,
    variables: [...kept, ...variables],
    images: content.images.map((image) => ({ ...image, writtenAtMs: nowMs })),
  };
}
