import { expect, it } from 'vitest';

it('runs on the Lambda runtime version', () => expect(process.versions.node.split('.')[0]).toBe('24'));
