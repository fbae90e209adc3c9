/**
 * Stands in for the SDK's chain of credential providers in every bundle. Lambda gives a function its credentials as
 * environment variables and nowhere else; the chain's other links (profiles, SSO, web identity, instance roles) are
 * 110 KB of code that each cold start would read and never run.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('No credentials in the environment: this is not a Lambda');
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
};
