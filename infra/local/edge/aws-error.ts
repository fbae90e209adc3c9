/** An error answer of an AWS service, in the words its SDK client knows. */
export class AwsError extends Error {
  override name = 'AwsError';
  /** The service's error name, such as `AccessDeniedException`. */
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body. */
  readonly detail: Record<string, unknown>;

  constructor(code: string, message: string, status = 400, detail: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}
