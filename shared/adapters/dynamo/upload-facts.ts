import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { OwnerId, UploadId } from '../../contracts/ids.ts';
import type { UploadFacts } from '../../domain/dispatches/create-dispatch.ts';
import { uploadKey } from './keys.ts';
import type { Table } from './table.ts';

const shape = z.object({
  status: z.enum(['awaiting_file', 'validating', 'ready', 'rejected', 'expired']),
  list: z
    .object({
      rowsKey: z.string(),
      rejectedKey: z.string(),
      columns: z.array(z.string()),
      rows: z.int().min(0),
      rejected: z.int().min(0),
    })
    .nullable(),
});

/** As much of an upload as a dispatch has to know, read consistently. */
export const createUploadFacts = (table: Table) => ({
  async find(owner: OwnerId, id: UploadId): Promise<UploadFacts | null> {
    const { Item } = await table.client.send(
      new GetCommand({ TableName: table.name, Key: uploadKey(owner, id), ConsistentRead: true }),
    );
    return Item ? shape.parse(Item) : null;
  },
});
