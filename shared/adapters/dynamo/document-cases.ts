import type { DocumentCases } from '../../domain/documents/sweep-document.ts';
import type { SenderStore } from '../../domain/senders/ports.ts';
import { documentsLetGoAtMs } from '../../domain/senders/sender.ts';

/** The cases that documents were taken into, by how they name themselves. */
export const createDocumentCases = ({ find }: Pick<SenderStore, 'find'>): DocumentCases => ({
  async letGoAtMs(tenant, holder, id) {
    // Whatever else holds one needs it as long as the tenant is there
    if (!holder.startsWith('sender:')) return null;
    const sender = await find(tenant, holder.slice('sender:'.length));
    return sender === null ? 'unknown' : documentsLetGoAtMs(sender, id);
  },
});
