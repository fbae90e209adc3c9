/**
 * Stands in for the SDK's event streams (S3 Select, live transcripts and the like) in every bundle. No function of
 * ours uses one; the real module would be 15 KB in each.
 */
export const resolveEventStreamSerdeConfig = <T>(config: T): T => config;

export const eventStreamSerdeProvider = () => new EventStreamSerde();

export class EventStreamSerde {
  constructor() {
    throw new Error('Event streams are left out of the bundles: see infra/slim.ts');
  }
}
