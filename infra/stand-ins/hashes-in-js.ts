/**
 * Stands in for the SDK's hashes in JavaScript in every bundle. It falls back on them where Node was built without
 * OpenSSL, which Lambda's is not.
 */
class LeftOut {
  constructor() {
    throw new Error('Hashes in JavaScript are left out of the bundles: see infra/slim.ts');
  }
}

export { LeftOut as Md5Js, LeftOut as Sha1Js, LeftOut as Sha256Js };
