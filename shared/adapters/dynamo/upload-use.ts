import type { CampaignId, DispatchId, ImportId, OwnerId, UploadId } from '../../contracts/ids.ts';
import { uploadKey } from './keys.ts';
import type { Table, TransactItem } from './table.ts';

/** Marks that keep an upload from being deleted. Making one is refused if the upload can no longer be used. */

/** The last dispatch made from it, for good. */
export const uploadInUse = (table: Table, owner: OwnerId, uploadId: UploadId, id: DispatchId): TransactItem =>
  marking(table, owner, uploadId, 'SET usedBy = :mark', id);

/** One of the campaigns that will make a dispatch from it, or of the imports that read it. */
export const uploadKept = (table: Table, owner: OwnerId, uploadId: UploadId, id: CampaignId | ImportId): TransactItem =>
  marking(table, owner, uploadId, 'ADD keptBy :mark', new Set([id]));

const marking = (table: Table, owner: OwnerId, id: UploadId, update: string, mark: unknown): TransactItem => ({
  Update: {
    TableName: table.name,
    Key: uploadKey(owner, id),
    UpdateExpression: update,
    ConditionExpression: 'attribute_exists(pk) AND NOT #status IN (:rejected, :expired)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':mark': mark, ':rejected': 'rejected', ':expired': 'expired' },
  },
});

/** Takes such a mark away; those of others stay. Refused if the upload has gone. */
export const uploadLetGo = (table: Table, owner: OwnerId, uploadId: UploadId, id: CampaignId | ImportId) =>
  ({
    TableName: table.name,
    Key: uploadKey(owner, uploadId),
    UpdateExpression: 'DELETE keptBy :mark',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':mark': new Set([id]) },
  }) as const;
