import type { DocumentCases } from '../../domain/documents/sweep-document.ts';
import { identityLetGoAtMs } from '../../domain/identity/kept-documents.ts';
import type { IdentityStore } from '../../domain/identity/ports.ts';
import type { SenderStore } from '../../domain/senders/ports.ts';
import { documentsLetGoAtMs } from '../../domain/senders/sender.ts';

const ofSender = 'sender:';

/** The cases that documents were taken into, by how they name themselves. */
export const createDocumentCases = (
  senders: Pick<SenderStore, 'find'>,
  identities: Pick<IdentityStore, 'read'>,
): DocumentCases => ({
  async letGoAtMs(tenant, holder, id) {
    if (holder.startsWith(ofSender)) {
      const sender = await senders.find(tenant, holder.slice(ofSender.length));
      return sender === null ? 'unknown' : documentsLetGoAtMs(sender, id);
    }
    if (holder !== 'identity') throw new Error(`${id} is held by what nobody knows`);
    const identified = await identities.read(tenant);
    return identified === null ? 'unknown' : identityLetGoAtMs(identified.identity, id);
  },
});
