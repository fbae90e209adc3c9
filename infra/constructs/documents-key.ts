import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What documents of tenants are encrypted with: only who may use it as well as the bucket can read one. */
export class DocumentsKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string, props: { readonly retain: boolean }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Encrypts the documents that tenants hand in',
      enableKeyRotation: true,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
  }
}
