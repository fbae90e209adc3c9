import type { CampaignId, DispatchId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { uploadKey } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** Marks an upload as used, which keeps it from being deleted. Refused if it can no longer be used. */
export const uploadInUse = (
  table: Table,
  owner: OwnerId,
  uploadId: UploadId,
  id: DispatchId | CampaignId,
): TransactItem => ({
  Update: {
    TableName: table.name,
    Key: uploadKey(owner, uploadId),
    UpdateExpression: 'SET usedBy = :id',
    ConditionExpression: 'attribute_exists(pk) AND NOT #status IN (:rejected, :expired)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':id': id, ':rejected': 'rejected', ':expired': 'expired' },
  },
});

/** Takes such a mark away, unless it is another's by now. */
export const uploadOutOfUse = (table: Table, owner: OwnerId, uploadId: UploadId, id: CampaignId) =>
  ({
    TableName: table.name,
    Key: uploadKey(owner, uploadId),
    UpdateExpression: 'SET usedBy = :nobody',
    ConditionExpression: 'usedBy = :id',
    ExpressionAttributeValues: { ':nobody': null, ':id': id },
  }) as const;
