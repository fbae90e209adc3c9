import { describe, expect, test } from 'vitest';
import { eventVariablesOf } from '../../../shared/domain/campaigns/event-variables.ts';
import type { Message } from '../../../shared/domain/dispatches/dispatch.ts';

const messageOf = (text: string, over: Partial<Message> = {}): Message => ({
  ...{ type: 'auto', from: '0212345678', subject: null, variables: [], images: [], advertisement: null },
  text,
  ...over,
});

describe('event variables', () => {
  test.each<[text: string, name: string, position: number]>([
    ['{{ event.name }}', 'event.name', 3],
    ['{{event.name}}', 'event.name', 2],
    ['Hello {{ entry_event.item.price }}', 'entry_event.item.price', 9],
    ["{{ event['name'] }}", 'event.name', 3],
    ['{{ event["order id"] }}', 'event.order id', 3],
    ['{{ event. name }}', 'event.name', 3],
    ['{{ ["event"].name }}', 'event.name', 3],
    ['{{ event["a"]["b"] }}', 'event.a.b', 3],
    ['{{- event.name -}}', 'event.name', 4],
    ['{{ event.name | default: "x" | upcase }}', 'event.name', 3],
    ['{{ name | default: event.name }}', 'event.name', 19],
    ['{{ "a" | append: entry_event.b }}', 'entry_event.b', 17],
    ['안녕 {{ event.이름 }}', 'event.이름', 6],
    ['안녕 ##event.이름##', 'event.이름', 5],
    ['#{ entry_event.item }', 'entry_event.item', 3],
  ])('%s', (text, name, position) => {
    expect(eventVariablesOf(messageOf(text))).toEqual([{ name, pointer: '/text', position }]);
  });

  test('each is told where it stands, also twice', () => {
    const found = eventVariablesOf(messageOf('{{ event.a }}{{ b }}{{ event.a }}{{ entry_event.c }}'));
    expect(found.map(({ name, position }) => [name, position])).toEqual([
      ['event.a', 3],
      ['event.a', 23],
      ['entry_event.c', 36],
    ]);
  });

  test('in the subject too', () => {
    expect(eventVariablesOf(messageOf('{{ name }}', { subject: '{{ event.a }}' }))).toEqual([
      { name: 'event.a', pointer: '/subject', position: 3 },
    ]);
  });

  test('declared ones count too', () => {
    const variables = [
      { name: 'due', type: 'date', format: null, default: null },
      { name: 'event.due', type: 'date', format: null, default: '-' },
    ] as const;
    expect(eventVariablesOf(messageOf('x', { variables }))).toEqual([
      { name: 'event.due', pointer: '/variables/1/name', position: null },
    ]);
  });

  test.each([
    '{{ event }}',
    '{{ eventful.name }}',
    '{{ my.event.name }}',
    'event.name',
    '{{ "event.name" }}',
    '{{ events.a }}',
  ])('%s has none', (text) => {
    expect(eventVariablesOf(messageOf(text))).toEqual([]);
  });
});
