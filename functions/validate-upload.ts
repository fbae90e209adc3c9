// Trigger: the upload queue: S3 says that a file was put under `uploads/`, `incoming-documents/` or `inbox/`; the sweeper
// says it again.
// Effect: the file becomes a recipient list, or the upload says what is wrong with it.
// Replay: harmless; events that come twice, late or out of order change nothing, and one attempt wins.
// Failures: the record is delivered again, at last into the dead-letter queue; the sweeper begins again when the
// lease has ended. A record that does not parse ends in the dead-letter queue.
import { validateUploadPorts } from './deps/workers.ts';
import { createValidateUpload } from './upload-door.ts';

export const handler = createValidateUpload(validateUploadPorts());
