import { RemovalPolicy, Tags } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

/** The secrets; the tag `bongsu:local` tells whoever runs the template on one machine what each is for. */
export class Secrets extends Construct {
  /** JSON `{"baseUrl", "key", "userId"}` of the account at the carrier. */
  readonly carrier: Secret;
  /** The operator's first key: `bk_op_` and this text. */
  readonly operator: Secret;

  /** What the carrier's 080 service signs its callbacks with: `whsec_` and this text. */
  readonly optOutCalls: Secret;

  /** JSON `{"baseUrl", "key"}` of the account at the provider that checks whose a mobile number is. */
  readonly identityProvider: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.carrier = new Secret(this, 'Carrier', {
      description: 'Account at the carrier (JSON: baseUrl, key, userId). Fill in after the first deployment.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ baseUrl: 'https://apis.aligo.in', userId: 'fill-me-in' }),
        generateStringKey: 'key',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Tags.of(this.carrier).add('bongsu:local', 'carrier-credentials');
    acknowledge(this.carrier, 'SMG4', 'The carrier issues this key on its console; nothing on our side can rotate it.');

    this.operator = new Secret(this, 'Operator', {
      description: 'First key to the operator API: bk_op_ and this text. Rotate by putting a new random value.',
      // 48 of 62 characters are 285 bits: not guessable, and free of what a shell or a header would trip over.
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Tags.of(this.operator).add('bongsu:local', 'operator-key');
    acknowledge(
      this.operator,
      'SMG4',
      'A person uses this key from a tool outside AWS; rotating it unannounced would lock the operator out.',
    );

    this.optOutCalls = new Secret(this, 'OptOutCalls', {
      description: 'What the carrier’s 080 service signs its callbacks with: whsec_ and this text.',
      // 48 letters and digits are valid base64 as they stand: a key of 36 bytes.
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Tags.of(this.optOutCalls).add('bongsu:local', 'opt-out-call-signatures');
    acknowledge(
      this.optOutCalls,
      'SMG4',
      'The carrier signs with this; rotating it unannounced would lose people’s refusals.',
    );

    this.identityProvider = new Secret(this, 'IdentityProvider', {
      description: 'Account at who checks mobile numbers (JSON: baseUrl, key). Fill in after the first deployment.',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ baseUrl: 'https://fill-me-in.invalid' }),
        generateStringKey: 'key',
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Tags.of(this.identityProvider).add('bongsu:local', 'identity-provider');
    acknowledge(this.identityProvider, 'SMG4', 'The provider issues this key; nothing on our side can rotate it.');
  }
}
