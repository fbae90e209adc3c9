import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { indexes, indexKeys } from '../../shared/contracts/environment.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The one table, with its two sparse indexes. */
export class Table extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, props: { readonly retain: boolean }) {
    super(scope, id);
    const index = (name: keyof typeof indexes) => ({
      indexName: indexes[name],
      partitionKey: text(indexKeys[name].pk),
      sortKey: text(indexKeys[name].sk),
      // Items change often and are read from the table; an index that copied them would cost a write each time.
      projectionType: ProjectionType.KEYS_ONLY,
    });
    this.table = new TableV2(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      globalSecondaryIndexes: [index('byOwner'), index('byCheck')],
      // A send is a burst of minutes in hours of quiet: provisioned capacity would be paid for the peak.
      billing: Billing.onDemand(),
      // It holds the ledger: any second of the last 35 days can be restored.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      // AWS's key for DynamoDB in this account: its use shows in CloudTrail, and no function needs a grant on it.
      encryption: TableEncryptionV2.awsManagedKey(),
      deletionProtection: props.retain,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
