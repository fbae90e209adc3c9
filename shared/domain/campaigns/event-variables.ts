import type { MessageContent } from '../content/content.ts';
import { parseTemplate } from '../content/template.ts';

/** A variable that only an event has a value for. `pointer` leads into the message, `position` into the text, from 0. */
export interface EventVariable {
  readonly name: string;
  readonly pointer: string;
  readonly position: number | null;
}

const isOfEvent = (name: string): boolean => /^(?:entry_)?event\./.test(name.normalize('NFC'));

/** The event variables that a message uses or declares, however the text writes them: a sent-once campaign has no event. */
export function eventVariablesOf({ subject, text, variables }: MessageContent): readonly EventVariable[] {
  return [
    ...usedIn(subject ?? '', '/subject'),
    ...usedIn(text, '/text'),
    ...variables.flatMap(({ name }, i) =>
      isOfEvent(name) ? [{ name, pointer: `/variables/${i}/name`, position: null }] : [],
    ),
  ];
}

function usedIn(text: string, pointer: string): EventVariable[] {
  const parsed = parseTemplate(text);
  const used = parsed.ok ? parsed.template.uses : [];
  return used.filter(({ name }) => isOfEvent(name)).map(({ name, position }) => ({ name, pointer, position }));
}
