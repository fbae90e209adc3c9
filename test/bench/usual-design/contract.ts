/** What stack, functions and benchmark of the usual design agree on. */

export const env = {
  table: 'TABLE_NAME',
  bucket: 'BUCKET_NAME',
  sendQueue: 'SEND_QUEUE_URL',
  secret: 'CARRIER_SECRET_ARN',
} as const;

export const outputs = { bucket: 'BucketName', table: 'TableName', fanOut: 'FanOutUrl', floor: 'FloorUrl' } as const;

/** Rows are `[row, digits, name]` under a header line, as the product's are. */
export type Row = readonly [number, string, string];

/** Makes a queue message of every recipient of a list. */
export interface FanOutMessage {
  readonly dispatchId: string;
  readonly rowsKey: string;
}
export interface SendOneMessage {
  readonly dispatchId: string;
  readonly row: Row;
}
/** One batch's bytes in the object of rows. */
export interface FloorMessage {
  readonly rowsKey: string;
  readonly offset: number;
  readonly length: number;
}

export const sender = '0212345678';
export const textFor = (name: string): string => `${name}님, 주문하신 상품이 오늘 출발합니다.`;
