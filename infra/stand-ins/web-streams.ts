/**
 * Stands in for what the SDK does with the streams of browsers in every bundle. Functions give it bytes, and in Node it
 * answers with Node's streams.
 */
function leftOut(): never {
  throw new Error('Streams of browsers are left out of the bundles: see infra/slim.ts');
}

export {
  leftOut as collectBlob,
  leftOut as collectReadableStream,
  leftOut as createChecksumStream,
  leftOut as getAwsChunkedEncodingStream,
  leftOut as sdkStreamMixin,
};
