/**
 * What the service answers instead of a result. Every SDK reads the two JSON keys `errorCode` and `errorMessage` and the HTTP
 * status ("Common error codes" and the error table of each API page).
 */
export class ServiceError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.status = status;
    this.code = code;
  }
}

const answer =
  (status: number, code: string, text: (subject: string) => string) =>
  (subject = ''): ServiceError =>
    new ServiceError(status, code, text(subject));

/** The codes the emulator gives by itself. Spelled as the service spells them, mistakes included: clients compare them. */
export const refuse = {
  projectNotExist: answer(404, 'ProjectNotExist', (name) => `The Project does not exist : ${name}`),
  logstoreNotExist: answer(404, 'LogStoreNotExist', (name) => `logstore ${name} dose not exist`),
  logstoreExists: answer(400, 'LogStoreAlreadyExist', (name) => `logstore ${name} already exists`),
  shardNotExist: answer(404, 'ShardNotExist', (id) => `shard ${id} not exist`),
  invalidCursor: answer(400, 'InvalidCursor', (cursor) => `invalid cursor ${cursor}`),
  parameterInvalid: answer(400, 'ParameterInvalid', (what) => what),
  missingQuery: answer(400, 'MissingParameter', (key) => `Missing query key : ${key}`),
  missingHeader: answer(400, 'MissingParameter', (key) => `Missing http extend header key : ${key}`),
  jsonInvalid: answer(400, 'JsonInfoInvalid', (what) => what),
  methodInvalid: answer(405, 'InvalidMethod', (uri) => `invalid request method : ${uri}`),

  projectExists: answer(400, 'ProjectAlreadyExist', (name) => `project ${name} already exists`),
  processorNotExist: answer(404, 'ConsumeProcessorNotExist', (name) => `consume processor ${name} does not exist`),

  groupExists: answer(400, 'ConsumerGroupAlreadyExist', (name) => `consumer group already exist : ${name}`),
  groupNotExist: answer(404, 'ConsumerGroupNotExist', (name) => `consumer group not exist : ${name}`),
  unknownConsumerWithBody: answer(
    400,
    'NotExistConsumerWithBody',
    (name) => `non-exist consumer ${name} with non-empty body of heartbeat message`,
  ),
  checkpointInvalid: answer(400, 'InvalidShardCheckPoint', (text) => `shard checkpoint is not base64 : ${text}`),
  consumerNotExist: answer(404, 'ConsumerNotExist', (name) => `consumer ${name} not exist in the consumer group`),
  consumerNotMatch: answer(400, 'ConsumerNotMatch', (name) => `the shard is not held by consumer ${name}`),

  unauthorized: answer(401, 'Unauthorized', (what) => what),
  signatureNotMatch: answer(401, 'SignatureNotMatch', (signature) => `Signature ${signature} not matched.`),
  timeExpired: answer(400, 'RequestTimeExpired', (what) => what),
  dateInvalid: answer(400, 'InvalidDateFormat', (date) => `Date ${date} must follow RFC822.`),
  apiVersionMissing: answer(400, 'MissingAPIVersion', () => 'x-log-apiversion is missing'),
  apiVersionInvalid: answer(400, 'InvalidAPIVersion', (version) => `${version} is not supported`),

  quotaExceeded: answer(403, 'ExceedQuota', (what) => what),
  readQuota: answer(403, 'ReadQuotaExceed', () => 'Read QPS Exceed'),
  shardReadQuota: answer(403, 'ShardReadQuotaExceed', (what) => `shard read ${what} exceed quota limits`),
  bodyTooLarge: answer(413, 'PostBodyTooLarge', (size) => `Body size ${size} must little than 31457280.`),
  bodyInvalid: answer(400, 'PostBodyInvalid', (what) => what),
  uncompressFailed: answer(400, 'PostBodyUncompressError', (what) => what),
  compressTypeInvalid: answer(400, 'InvalidCompressType', (type) => `compress type ${type} is not supported`),
};
