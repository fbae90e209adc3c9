// Trigger: a schedule, every minute.
// Effect: looks after everything whose time to be looked at has passed: restarts what stalled, ends what expired.
// Replay: harmless; everything goes through the same conditional writes as the work itself.
// Failures: what failed is logged, the rest is done all the same, and the run fails so that its alarm tells; the next
// run tries again.
import {
  campaignIdShape,
  dispatchIdShape,
  eventIdShape,
  imageSetIdShape,
  importIdShape,
  ownerIdShape,
  uploadIdShape,
} from '../shared/contracts/ids.ts';
import { sweepCampaign } from '../shared/domain/campaigns/sweep-campaign.ts';
import { sweepDispatch } from '../shared/domain/dispatches/sweep-dispatch.ts';
import { sweepErasure } from '../shared/domain/erasures/sweep-erasure.ts';
import { sweepImages } from '../shared/domain/images/sweep-images.ts';
import { sweepImport } from '../shared/domain/imports/sweep-import.ts';
import { sweepUpload } from '../shared/domain/uploads/sweep-upload.ts';
import { sweepPorts } from './deps/workers.ts';
import { createSweep } from './sweep-door.ts';

const ports = sweepPorts();

export const handler = createSweep({
  due: ports.due,
  lookAfter: (id) => {
    if (id.startsWith('upl_')) return sweepUpload(ports, uploadIdShape.parse(id));
    if (id.startsWith('cmp_')) return sweepCampaign(ports, campaignIdShape.parse(id));
    if (id.startsWith('img_')) return sweepImages(ports, imageSetIdShape.parse(id));
    if (id.startsWith('imp_')) return sweepImport(ports, importIdShape.parse(id));
    if (id.startsWith('ten_')) return sweepErasure(ports, ownerIdShape.parse(id));
    if (id.startsWith('evt_')) return ports.outcomes.tell(eventIdShape.parse(id));
    return sweepDispatch(ports, dispatchIdShape.parse(id));
  },
});
