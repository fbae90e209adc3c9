import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** A request as Standard Webhooks signs it: headers and the body as it travelled. */
export interface SignedRequest {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
  readonly body: string;
}

/**
 * Whether a request was signed with the secret (`whsec_…`, or what follows that) at a time within five minutes of now.
 * An unusable secret throws: it is ours to mend, not the caller's.
 */
export function openSignatureCheck(secret: () => Promise<string>): (request: SignedRequest) => Promise<boolean> {
  return async ({ id, timestamp, signature, body }) => {
    const webhook = new Webhook(await secret());
    try {
      const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature };
      webhook.verify(body, headers, { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  };
}
