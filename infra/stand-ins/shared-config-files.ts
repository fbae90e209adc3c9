/**
 * Stands in for the SDK's reading of `~/.aws` in every bundle. A Lambda has no such files, and on a developer's machine
 * a function must not behave as that person's profile says.
 */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
