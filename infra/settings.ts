import type { Node } from 'constructs';
import * as z from 'zod';

/** Context given on the command line (`-c alarmEmail=…`) arrives as strings; from code and cdk.json as what it is. */
const flag = z.union([z.boolean(), z.stringbool()]);

/**
 * What an operator may choose per deployment: `npx cdk deploy -c alarmEmail=ops@example.com`.
 * Each has a default that is right for production; there is no other fork between deployments.
 */
const settingsShape = z.object({
  /** Two stacks of different names live side by side in one account. */
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/)
    .default('Bongsu'),
  /** Keep table, bucket and their content when the stack is deleted. Off only for a stack made to be thrown away. */
  retainData: flag.default(true),
  /** Receives every alarm; without it the topic has no subscriber. */
  alarmEmail: z.email().optional(),
  /**
   * The address that mails to tenants come from; itself or its domain is a verified identity of SES in this region.
   * Without it no mail is sent: what was decided is on the bus all the same.
   */
  mailFrom: z.email().optional(),
  /**
   * Batches submitted at the same time. A carrier call of 500 messages takes about a second, so 20 send up to
   * 10,000 messages a second, above what one carrier account is usually allowed.
   */
  sendConcurrency: z.coerce.number().int().min(2).max(1000).default(20),
  /**
   * Messages a second that the account at the carrier may take, over all workers together: what its contract says.
   * Batches are made no larger than a second's worth. Unset, nothing is limited here: a carrier that has enough answers
   * 429, and what it refused waits as long as it asks for.
   */
  carrierMessagesPerSecond: z.coerce.number().int().min(1).optional(),
  /**
   * Requests a second over all keys (a key has its own, lower limit). 1,000 is a tenth of an account's default quota
   * and needs about 100 concurrent runs, which leaves nine tenths of the account's Lambdas to the workers.
   */
  apiRequestsPerSecond: z.coerce.number().int().min(1).max(10_000).default(1_000),
});
export type Settings = z.infer<typeof settingsShape>;

/** What whoever deploys with these settings should hear of: what is left out without a word otherwise. */
export const warningsOf = ({ mailFrom }: Pick<Settings, 'mailFrom'>): readonly { id: string; text: string }[] =>
  mailFrom === undefined
    ? [
        {
          id: 'bongsu:no-mails',
          text: 'No mail is sent to tenants: say where mails come from, a verified identity of SES (-c mailFrom=bongsu@example.com).',
        },
      ]
    : [];

/** What `-c` knows; CDK itself ignores a name that nobody reads, a misspelt one too. */
export const settingNames: readonly string[] = Object.keys(settingsShape.shape);

/** A setting makes no sense; the message says which. */
export class SettingsRefused extends Error {
  override readonly name = 'SettingsRefused';
}

/** Reads the settings from the app's context. @throws SettingsRefused */
export function readSettings(node: Node): Settings {
  const given = settingNames.map((name) => [name, node.tryGetContext(name)]);
  const parsed = settingsShape.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw new SettingsRefused(`Settings in the CDK context: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
