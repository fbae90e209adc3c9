/**
 * Stands in for the SDK's rules of where a service answers in every bundle. They cover access points, outposts, dual
 * stacks, government certificates and more for every service, up to 35 KB in one function; ours answer at the endpoint
 * of their region, or at the one that the environment names.
 */
interface Asked {
  readonly Region?: string;
  readonly Endpoint?: string;
  readonly Bucket?: string;
  readonly ForcePathStyle?: boolean;
  readonly UseFIPS?: boolean;
  readonly UseDualStack?: boolean;
  readonly Accelerate?: boolean;
}

/** Where the service of this host prefix answers, such as `sqs` in `sqs.ap-northeast-2.amazonaws.com`. */
export const endpointOf =
  (service: string) =>
  (asked: Asked): { url: URL; properties: object; headers: object } => {
    if (asked.UseFIPS || asked.UseDualStack || asked.Accelerate || !asked.Region) {
      throw new Error('All endpoints but the usual ones of a region are left out of the bundles: see infra/slim.ts');
    }
    const suffix = asked.Region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const url = new URL(asked.Endpoint ?? `https://${service}.${asked.Region}.${suffix}`);
    if (service !== 's3') return { url, properties: {}, headers: {} };
    const scheme = { disableDoubleEncoding: true, name: 'sigv4', signingName: 's3', signingRegion: asked.Region };
    return { url: bucketAt(url, asked), properties: { authSchemes: [scheme] }, headers: {} };
  };

/** A bucket is part of the host, but where that cannot be: of the path. */
function bucketAt(url: URL, { Bucket, ForcePathStyle }: Asked): URL {
  if (Bucket === undefined) return url;
  const isAddress = /^\[|^[\d.]+$/.test(url.hostname);
  const asHost = !ForcePathStyle && !isAddress && /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(Bucket);
  if (asHost) return new URL(`${url.protocol}//${Bucket}.${url.host}${url.pathname}`);
  return new URL(`${url.protocol}//${url.host}${url.pathname.replace(/\/?$/, '/')}${encodeURIComponent(Bucket)}`);
}
