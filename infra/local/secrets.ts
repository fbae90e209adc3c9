import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { AwsError } from './edge/aws-error.ts';
import type { Resource } from './template/template.ts';
import { writeWhole } from './write-whole.ts';

const generateShape = z.strictObject({
  PasswordLength: z.coerce.number().default(32),
  ExcludePunctuation: z.boolean().default(false),
  ExcludeCharacters: z.string().default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});
const secretShape = z.looseObject({
  GenerateSecretString: generateShape.optional(),
  SecretString: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

/** The tag that tells what a secret is for on one machine. */
const purposeTag = 'bongsu:local';

/** Secrets Manager: secrets made as the template says, kept in a file only its owner reads. */
export class Secrets {
  readonly #file: string;
  readonly #values: Record<string, string>;
  readonly #arnsByPurpose = new Map<string, string>();

  constructor(file: string, resources: Resource[]) {
    this.#file = file;
    this.#values = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    for (const { type, properties, references } of resources) {
      if (type !== 'AWS::SecretsManager::Secret') continue;
      const { GenerateSecretString, SecretString, Tags } = secretShape.parse(properties);
      this.#values[references.Ref] ??= SecretString ?? generate(generateShape.parse(GenerateSecretString ?? {}));
      const purpose = Tags.find(({ Key }) => Key === purposeTag)?.Value;
      if (purpose) this.#arnsByPurpose.set(purpose, references.Ref);
    }
    this.#save();
  }

  /** The value of the secret with a purpose, or undefined if the template has none. */
  valueFor(purpose: string): string | undefined {
    const arn = this.#arnsByPurpose.get(purpose);
    return arn === undefined ? undefined : this.#values[arn];
  }

  /** Fills the secret with a purpose, if the template has one. */
  fill(purpose: string, value: string): void {
    const arn = this.#arnsByPurpose.get(purpose);
    if (arn === undefined) return;
    this.#values[arn] = value;
    this.#save();
  }

  /** @throws AwsError as Secrets Manager answers */
  handle(operation: string, body: unknown): unknown {
    if (operation !== 'GetSecretValue')
      throw new AwsError('InvalidRequestException', `${operation} is not offered by the local cloud`);
    const { SecretId } = z.looseObject({ SecretId: z.string() }).parse(body);
    const SecretString = this.#values[SecretId];
    if (SecretString === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return {
      ARN: SecretId,
      Name: SecretId.split(':').at(-1),
      SecretString,
      VersionId: 'local',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: 0,
    };
  }

  #save(): void {
    writeWhole(this.#file, JSON.stringify(this.#values, null, 2));
  }
}

const kinds = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

function generate(rules: z.infer<typeof generateShape>): string {
  const alphabet = Object.entries(kinds)
    .filter(([rule]) => !rules[rule as keyof typeof kinds])
    .flatMap(([, characters]) => [...characters])
    .filter((character) => !rules.ExcludeCharacters.includes(character));
  const password = Array.from({ length: rules.PasswordLength }, () => alphabet[randomInt(alphabet.length)]).join('');
  if (rules.SecretStringTemplate === undefined || rules.GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(rules.SecretStringTemplate), [rules.GenerateStringKey]: password });
}
