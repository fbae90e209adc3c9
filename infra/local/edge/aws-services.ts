import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { type EventBus, eventAccesses } from '../bus/event-bus.ts';
import type { Usage } from '../control/usage.ts';
import { dynamoAccesses } from '../dynamo/dynamo-access.ts';
import type { DynamoService } from '../dynamo/dynamo-service.ts';
import type { Access, Iam, Principal } from '../iam/iam.ts';
import { type MailService, mailAccesses } from '../mail/mail-service.ts';
import { s3Accesses, s3Request } from '../s3/s3-access.ts';
import type { S3Service } from '../s3/s3-service.ts';
import { xmlDocument } from '../s3/xml.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { schedulerAccesses } from '../scheduler/scheduler-access.ts';
import type { Secrets } from '../secrets.ts';
import type { SqsService } from '../sqs/sqs-service.ts';
import { arn } from '../template/names.ts';
import { AwsError } from './aws-error.ts';
import { readBody } from './http-api.ts';
import type { Identities } from './identities.ts';
import { jsonError, jsonReply, type Reply, send } from './reply.ts';
import { type Scope, verifyPresigned } from './sigv4.ts';

const mostJsonBytes = 20 * 1024 * 1024;
const objectShape = z.record(z.string(), z.unknown());

/** The services behind the AWS endpoint. */
export type Services = {
  dynamo: DynamoService;
  sqs: SqsService;
  s3: S3Service;
  bus: EventBus;
  scheduler: Scheduler;
  secrets: Secrets;
  mail: MailService;
};

/** Answers AWS requests: finds the caller, asks IAM, counts, and hands over to the service. */
export class AwsServices {
  readonly #services: Services;
  readonly #identities: Identities;
  readonly #iam: Iam;
  readonly #usage: Usage;

  constructor(services: Services, identities: Identities, iam: Iam, usage: Usage) {
    this.#services = services;
    this.#identities = identities;
    this.#iam = iam;
    this.#usage = usage;
  }

  async handle(request: IncomingMessage, response: ServerResponse, url: URL, scope: Scope): Promise<void> {
    if (scope.service === 's3') await this.#handleS3(request, response, url, scope);
    else send(response, await this.#handleJson(request, url, scope));
  }

  async #handleS3(request: IncomingMessage, response: ServerResponse, url: URL, scope: Scope): Promise<void> {
    try {
      const { principal, secretAccessKey } = this.#caller(scope, 'InvalidAccessKeyId');
      const method = request.method ?? 'GET';
      if (scope.presigned) verifyPresigned(method, url, request.headers, scope, secretAccessKey);
      const asked = s3Request(method, url, request.headers);
      this.#usage.countRequest(`s3:${asked.operation}`);
      this.#authorize(principal, s3Accesses(asked, url, request.headers));
      await this.#services.s3.handle(asked, url, request, response, principal);
    } catch (thrown) {
      const error =
        thrown instanceof URIError ? new AwsError('InvalidURI', "Couldn't parse the specified URI.") : thrown;
      if (!(error instanceof AwsError)) throw error;
      // What is left of a refused body is read, or the client would see a broken connection instead of the answer.
      request.resume();
      send(response, s3Error(error, url, request.method));
    }
  }

  async #handleJson(request: IncomingMessage, url: URL, scope: Scope): Promise<Reply> {
    const contentType = request.headers['content-type'] ?? 'application/json';
    try {
      const { principal } = this.#caller(scope, 'UnrecognizedClientException');
      const raw = await readBody(request, mostJsonBytes);
      if (!raw) throw new AwsError('RequestEntityTooLargeException', 'The request is too large.', 413);
      const body = objectShape.parse(raw.length === 0 ? {} : JSON.parse(raw.toString()));
      const operation = [request.headers['x-amz-target']].flat()[0]?.split('.').at(-1) ?? '';
      const answer = await this.#dispatch(scope.service, operation, request.method ?? 'POST', url, body, principal);
      return isReply(answer) ? answer : jsonReply(200, answer, contentType);
    } catch (error) {
      if (error instanceof z.ZodError)
        return jsonError(new AwsError('ValidationException', z.prettifyError(error)), contentType);
      if (error instanceof SyntaxError)
        return jsonError(new AwsError('SerializationException', 'The body is not JSON.'), contentType);
      if (error instanceof AwsError) return jsonError(error, contentType);
      throw error;
    }
  }

  async #dispatch(
    service: string,
    operation: string,
    method: string,
    url: URL,
    body: Record<string, unknown>,
    principal: Principal,
  ): Promise<unknown> {
    const { dynamo, sqs, bus, scheduler, secrets, mail } = this.#services;
    const checked = (accesses: Access[], name = operation) => {
      this.#usage.countRequest(`${service}:${name}`);
      this.#authorize(principal, accesses);
      return accesses;
    };
    switch (service) {
      case 'dynamodb':
        return dynamo.handle(operation, body, checked(dynamoAccesses(operation, body)));
      case 'sqs':
        checked([{ action: `sqs:${operation.replace(/Batch$/, '')}`, resource: arn('sqs', queueNamed(body)) }]);
        return sqs.handle(operation, body);
      case 'events':
        checked(operation === 'PutEvents' ? eventAccesses(body) : []);
        return bus.handle(operation, body);
      case 'secretsmanager':
        checked([{ action: `secretsmanager:${operation}`, resource: String(body.SecretId) }]);
        return secrets.handle(operation, body);
      case 'scheduler': {
        const asked = schedulerAccesses(method, url, body);
        checked(asked.accesses, asked.operation);
        return scheduler.handle(method, url, body);
      }
      case 'ses': {
        const asked = mailAccesses(method, url, body);
        checked(asked.accesses, asked.operation);
        return mail.handle(body);
      }
      default:
        throw new AwsError('UnknownOperationException', `the local cloud offers no service "${service}"`);
    }
  }

  #authorize(principal: Principal, accesses: Access[]): void {
    for (const access of accesses) this.#iam.authorize(principal, access);
  }

  #caller({ accessKeyId }: Scope, unknownCode: string) {
    const caller = this.#identities.find(accessKeyId);
    if (!caller) throw new AwsError(unknownCode, 'The access key is not known here.', 403);
    return caller;
  }
}

function queueNamed(body: Record<string, unknown>): string {
  return String(body.QueueUrl ?? body.QueueName)
    .split('/')
    .at(-1)!;
}

function isReply(answer: unknown): answer is Reply {
  return typeof answer === 'object' && answer !== null && 'status' in answer && 'headers' in answer && 'body' in answer;
}

function s3Error(error: AwsError, url: URL, method: string | undefined): Reply {
  const code = error.code === 'AccessDeniedException' ? 'AccessDenied' : error.code;
  const status = code === 'AccessDenied' ? 403 : error.status;
  const body = xmlDocument('Error', { Code: code, Message: error.message, Resource: url.pathname, RequestId: 'LOCAL' });
  return { status, headers: { 'content-type': 'application/xml' }, body: method === 'HEAD' ? '' : body };
}
